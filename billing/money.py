"""Amounts of money: rounding and formatting. Pure; amounts are never floats."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from babel import numbers


def is_currency(code: str) -> bool:
    """Return whether a code is in ISO 4217."""
    return numbers.is_currency(code)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round to the smallest unit of the currency (cents, whole yen), half units away from zero."""
    return amount.quantize(Decimal(1).scaleb(-numbers.get_currency_precision(currency)), ROUND_HALF_UP)


def round_preserving_sum(amounts: Iterable[Decimal], currency: str) -> list[Decimal]:
    """Round each amount so that the results add up to the rounded sum.

    Each result is the difference between two rounded running totals, so none is off by a whole unit.
    """
    rounded: list[Decimal] = []
    exact = total = Decimal(0)
    for amount in amounts:
        exact += amount
        rounded.append(round_amount(exact, currency) - total)
        total = round_amount(exact, currency)
    return rounded


def format_number(amount: Decimal, currency: str) -> str:
    """Return an amount without its currency, for a column: “1,234.50”."""
    rounded = round_amount(amount, currency)
    return f"{'−' if rounded < 0 else ''}{abs(rounded):,}"


def format_amount(amount: Decimal, currency: str) -> str:
    """Return an amount with its currency: “1,234.50 EUR”."""
    return f"{format_number(amount, currency)} {currency}"


def format_percent(percentage: Decimal) -> str:
    """Return a percentage without trailing zeros: “4.5%”, “7%”."""
    return f"{percentage.normalize():f}%"
