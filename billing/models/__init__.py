"""Tiers, billing groups, charges, invoices and calendars."""

from billing.models import calendars, changes, charges, groups, invoices, tiers  # noqa: F401 - Django finds the tables by this import
