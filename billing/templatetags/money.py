"""Filters for the amounts and dates of quotes and invoices, which stored quotes hold as text."""

from datetime import date, datetime
from decimal import Decimal

from django import template

from billing import money as amounts

register = template.Library()


@register.filter
def money(amount: Decimal | str, currency: str) -> str:
    """“1,234.50 EUR”."""
    return amounts.format_amount(Decimal(amount), currency)


@register.filter
def figure(amount: Decimal | str, currency: str) -> str:
    """“1,234.50”, for a column whose header names the currency."""
    return amounts.format_number(Decimal(amount), currency)


@register.filter
def percent(percentage: Decimal | str) -> str:
    """“4.5 %”."""
    return amounts.format_percent(Decimal(percentage))


@register.filter
def day(iso: str) -> date:
    """Parse a stored ISO 8601 date."""
    return date.fromisoformat(iso)


@register.filter
def instant(iso: str) -> datetime:
    """Parse a stored ISO 8601 instant."""
    return datetime.fromisoformat(iso)
