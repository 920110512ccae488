from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import (
    format_amount,
    format_number,
    format_percent,
    is_currency,
    round_amount,
    round_preserving_sum,
)

UNITS = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}
currencies = st.sampled_from(sorted(UNITS))
amounts = st.decimals(-(10**9), 10**9, places=6)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "EUR", "0.01"),
        ("-0.005", "EUR", "-0.01"),
        ("0.0049", "EUR", "0.00"),
        ("1234.5", "JPY", "1235"),
        ("1234.4", "JPY", "1234"),
        ("1.2345", "KWD", "1.235"),
    ],
)
def test_half_a_unit_is_rounded_away_from_zero(amount, currency, rounded):
    assert str(round_amount(Decimal(amount), currency)) == rounded


@given(amounts, currencies)
def test_rounded_amount_is_whole_units_and_at_most_half_a_unit_off(amount, currency):
    rounded, unit = round_amount(amount, currency), UNITS[currency]
    assert rounded % unit == 0
    assert abs(rounded - amount) * 2 <= unit


@given(st.lists(amounts, max_size=20), currencies)
def test_spread_amounts_are_together_the_rounded_sum(parts, currency):
    assert sum(round_preserving_sum(parts, currency), Decimal(0)) == round_amount(
        sum(parts, Decimal(0)), currency
    )


@given(st.lists(amounts, max_size=20), currencies)
def test_no_spread_amount_is_a_whole_unit_off(parts, currency):
    told = round_preserving_sum(parts, currency)
    assert len(told) == len(parts)
    assert all(abs(a - b) <= UNITS[currency] for a, b in zip(told, parts, strict=True))
    assert all(each % UNITS[currency] == 0 for each in told)


def test_a_third_three_times_is_one():
    assert round_preserving_sum([Decimal(1) / 3] * 3, "EUR") == [
        Decimal("0.33"),
        Decimal("0.34"),
        Decimal("0.33"),
    ]


@pytest.mark.parametrize(
    ("amount", "currency", "read"),
    [
        ("1234567.5", "EUR", "1,234,567.50 EUR"),
        ("-1234.5", "EUR", "−1,234.50 EUR"),
        ("1234.5", "JPY", "1,235 JPY"),
        ("0", "EUR", "0.00 EUR"),
        ("-0.001", "EUR", "0.00 EUR"),
    ],
)
def test_amounts_read_as_people_write_them(amount, currency, read):
    assert format_amount(Decimal(amount), currency) == read
    assert format_number(Decimal(amount), currency) == read.removesuffix(f" {currency}")


@pytest.mark.parametrize(("percentage", "read"), [("4.50", "4.5%"), ("7.00", "7%"), ("10.00", "10%")])
def test_percentage_has_no_idle_zeros(percentage, read):
    assert format_percent(Decimal(percentage)) == read


@pytest.mark.parametrize(("code", "known"), [("EUR", True), ("JPY", True), ("XQZ", False), ("eur", False)])
def test_currencies_are_those_of_iso_4217(code, known):
    assert is_currency(code) is known
