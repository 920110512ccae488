"""Pages about support tiers, invoices and calendars."""
