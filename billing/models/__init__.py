"""What can be bought, who bought it when, and what it cost."""

from billing.models import calendars, changes, charges, groups, invoices, tiers  # noqa: F401 - Django finds the tables by this import
