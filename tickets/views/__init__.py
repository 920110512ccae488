"""Pages about tickets: a customer's lists and form, one ticket, and the agents' workspace."""
