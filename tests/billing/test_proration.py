"""The pure rules of a month's price, held against the slow ones of the oracle."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.proration import (
    Price,
    Span,
    SupportPart,
    local_month,
    months_covered,
    next_month,
    previous_month,
    support_parts,
)
from supportcenter.zones import begin_of
from tests.billing.oracle import FREE, MONTHS, ZONES, brute_force, cents, first_instant, histories, money

ADVANCED = Price(Decimal(2000), Decimal(7))


def parts_of(spans: list[Span], month: date, charges: Decimal, zone: str = "UTC") -> list[SupportPart]:
    return support_parts(spans, month=month, zone=ZoneInfo(zone), charges=charges, currency="EUR")


def span(price: Price, start: str, end: str | None = None) -> Span:
    started_at = datetime.fromisoformat(start)
    return Span("Tier", price, 1, started_at, datetime.fromisoformat(end) if end else None)


@settings(max_examples=150)
@given(st.data(), st.sampled_from(MONTHS), st.sampled_from(ZONES), money)
def test_month_costs_what_its_days_cost_to_the_cent(data, month, zone, charges):
    spans = data.draw(histories(month))
    exact = brute_force(spans, month, ZoneInfo(zone), charges)
    parts = parts_of(spans, month, charges, zone)
    assert sum(part.amount for part in parts) * 100 == cents(exact)


@settings(max_examples=50)
@given(st.data(), st.sampled_from(MONTHS), st.sampled_from(ZONES), money)
def test_parts_share_the_days_of_a_month_and_none_twice(data, month, zone, charges):
    parts = parts_of(data.draw(histories(month)), month, charges, zone)
    assert sum(part.days for part in parts) <= (next_month(month) - month).days
    for part in parts:
        assert part.days == (part.last_day - part.first_day).days + 1
    for one, other in pairwise(parts):
        assert one.last_day < other.first_day


@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)), st.sampled_from(ZONES))
def test_a_day_begins_with_its_first_instant(day, zone):
    assert begin_of(day, ZoneInfo(zone)) == first_instant(day, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00"),  # 00:00 does not exist
        ("2026-04-05", "America/Santiago", "2026-04-05T04:00"),  # 23:00 comes twice the day before
        ("2026-03-29", "Asia/Beirut", "2026-03-28T22:00"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00"),  # 00:00 comes twice
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00"),  # the day does not exist
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00"),
    ],
)
def test_days_without_a_common_midnight_begin_at(day, zone, begins):
    expected = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert begin_of(date.fromisoformat(day), ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("charges", "price"), [("0", "2000"), ("28571.42", "2000"), ("28571.43", "2000.0001"), ("50000", "3500")]
)
def test_price_is_the_larger_of_minimum_and_percentage(charges, price):
    assert ADVANCED.of_month(Decimal(charges)) == Decimal(price)


@pytest.mark.parametrize(
    ("start", "days", "amount"),
    [
        ("2026-11-01T00:00+00:00", 30, "2000.00"),
        ("2026-11-16T00:00+00:00", 15, "1000.00"),  # at the very beginning of the day
        ("2026-11-16T00:00:01+00:00", 14, "933.33"),  # the day had begun on the old tier
        ("2026-11-30T12:00+00:00", 0, "0"),
    ],
)
def test_month_is_charged_by_the_day_from_the_first_day_that_begins_on_the_tier(start, days, amount):
    parts = parts_of([span(ADVANCED, start)], date(2026, 11, 1), Decimal(0))
    assert sum(part.days for part in parts) == days
    assert sum(part.amount for part in parts) == Decimal(amount)


@pytest.mark.parametrize(("month", "days"), [("2024-02-01", 29), ("2026-02-01", 28), ("2026-12-01", 31)])
def test_whole_month_costs_the_same_however_long_it_is(month, days):
    [part] = parts_of([span(ADVANCED, "2020-01-01T00:00+00:00")], date.fromisoformat(month), Decimal(0))
    assert (part.days, part.days_in_month, part.amount) == (days, days, Decimal("2000.00"))


def test_time_zone_decides_which_day_it_is():
    started = [span(ADVANCED, "2026-11-15T22:00+00:00")]  # midnight in Helsinki
    assert [part.first_day.day for part in parts_of(started, date(2026, 11, 1), Decimal(0))] == [16]
    [part] = parts_of(started, date(2026, 11, 1), Decimal(0), "Asia/Kolkata")
    assert part.first_day == date(2026, 11, 17)


def test_free_days_cost_nothing_and_make_no_part():
    spans = [
        span(FREE, "2020-01-01T00:00+00:00", "2026-11-21T00:00+00:00"),
        span(ADVANCED, "2026-11-21T00:00+00:00"),
    ]
    [part] = parts_of(spans, date(2026, 11, 1), Decimal(0))
    assert (part.first_day, part.last_day) == (date(2026, 11, 21), date(2026, 11, 30))


def test_tier_that_lasted_less_than_a_day_costs_nothing():
    spans = [span(ADVANCED, "2026-11-10T08:00+00:00", "2026-11-10T20:00+00:00")]
    assert parts_of(spans, date(2026, 11, 1), Decimal(100_000)) == []


@pytest.mark.parametrize(("zone", "month"), [("UTC", 10), ("Europe/Helsinki", 11), ("America/Santiago", 10)])
def test_month_of_an_instant_is_the_local_one(zone, month):
    instant = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
    assert local_month(instant, ZoneInfo(zone)) == date(2026, month, 1)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)).map(lambda day: day.replace(day=1)))
def test_months_follow_each_other(month):
    assert previous_month(next_month(month)) == month
    assert month < next_month(month) <= month + timedelta(days=31)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-09-30T23:59", "2026-11-01T00:00", [9, 10]),  # the end itself is excluded
        ("2026-10-01T00:00", "2026-10-01T00:01", [10]),
        ("2026-10-31T22:30", "2026-11-05T00:00", [10, 11]),
        ("2026-11-02T00:00", "2026-11-01T00:00", []),
    ],
)
def test_months_between_two_instants(start, end, months):
    instants = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (start, end)]
    assert [each.month for each in months_covered(*instants, ZoneInfo("UTC"))] == months
