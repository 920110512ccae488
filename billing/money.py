"""Amounts to the smallest unit of their currency. Pure; nothing here ever becomes a float."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from babel import numbers


def is_currency(code: str) -> bool:
    """Whether ISO 4217 knows a code of three letters."""
    return numbers.is_currency(code)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Rounded to the smallest unit of the currency (cents, whole yen), half a unit away from zero."""
    return amount.quantize(Decimal(1).scaleb(-numbers.get_currency_precision(currency)), ROUND_HALF_UP)


def round_preserving_sum(amounts: Iterable[Decimal], currency: str) -> list[Decimal]:
    """Each amount in smallest units, so that together they are the rounded sum and nothing is lost or made.

    Each is the difference of two rounded running totals, so that none is off by a whole unit or more.
    """
    rounded: list[Decimal] = []
    exact = told = Decimal(0)
    for amount in amounts:
        exact += amount
        rounded.append(round_amount(exact, currency) - told)
        told = round_amount(exact, currency)
    return rounded


def figure(amount: Decimal, currency: str) -> str:
    """An amount without its currency, as it stands in a column: “1,234.50”."""
    rounded = round_amount(amount, currency)
    return f"{'−' if rounded < 0 else ''}{abs(rounded):,}"


def words(amount: Decimal, currency: str) -> str:
    """An amount as people read it: “1,234.50 EUR”."""
    return f"{figure(amount, currency)} {currency}"


def percent(percentage: Decimal) -> str:
    """A percentage without idle zeros: “4.5 %”, “7 %”."""
    return f"{percentage.normalize():f} %"
