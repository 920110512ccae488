"""The work: tickets, their threads and files, and the agents' workspace."""
