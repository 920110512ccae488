"""How amounts and dates of quotes and invoices read. Stored quotes hold them as text."""

from datetime import date, datetime
from decimal import Decimal

from django import template

from billing import money as amounts

register = template.Library()


@register.filter
def money(amount: Decimal | str, currency: str) -> str:
    """“1,234.50 EUR”."""
    return amounts.words(Decimal(amount), currency)


@register.filter
def figure(amount: Decimal | str, currency: str) -> str:
    """“1,234.50”, in a column whose head names the currency."""
    return amounts.figure(Decimal(amount), currency)


@register.filter
def percent(percentage: Decimal | str) -> str:
    """“4.5 %”."""
    return amounts.percent(Decimal(percentage))


@register.filter
def day(iso: str) -> date:
    """A date that was stored as ISO 8601."""
    return date.fromisoformat(iso)


@register.filter
def instant(iso: str) -> datetime:
    """An instant that was stored as ISO 8601."""
    return datetime.fromisoformat(iso)
