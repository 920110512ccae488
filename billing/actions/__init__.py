"""Actions: everything that changes tiers, billing groups, charges, invoices and calendars."""
