"""Slow and plain ways to say what is owed: fractions, day by day. Nothing here is shared with the product."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from billing.proration import Price, Span

# Clocks change at midnight, by half an hour, twice a year the other way round; Apia once left out a day.
ZONES = [
    "UTC",
    "Europe/Helsinki",
    "America/New_York",
    "America/Santiago",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]
MONTHS = [
    date(2011, 12, 1),  # Apia has no 30th
    date(2024, 2, 1),  # a leap year
    date(2026, 2, 1),
    date(2026, 3, 1),  # Beirut's clocks go forward at midnight
    date(2026, 4, 1),  # Santiago's go back at midnight
    date(2026, 9, 1),  # and forward
    date(2026, 10, 1),
    date(2026, 11, 1),
    date(2026, 12, 1),
]
FREE = Price(Decimal(0), Decimal(0))
money = st.decimals(0, 500_000, places=2)
prices = st.one_of(
    st.just(FREE), st.builds(Price, st.decimals(0, 10_000, places=2), st.decimals(0, 99, places=2))
)


@st.composite
def histories(draw, month: date) -> list[Span]:
    """Tiers that follow each other around a month, with a gap now and then, at any second."""
    begin = datetime(month.year, month.month, 1, tzinfo=UTC)
    seconds = st.integers(-20 * 86400, 50 * 86400)
    cuts = sorted(draw(st.lists(seconds, min_size=1, max_size=6, unique=True)))
    at = [begin + timedelta(seconds=each) for each in cuts]
    ends: list[datetime | None] = [*at[1:], draw(st.sampled_from([None, at[-1] + timedelta(days=9)]))]
    return [
        Span(f"tier {number}", draw(prices), number, started_at, ended_at)
        for number, (started_at, ended_at) in enumerate(zip(at, ends, strict=True))
        if draw(st.booleans()) or number == 0
    ]


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """The slow oracle: the first minute, of all minutes around it, that is on ``day`` or later."""
    guess = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=26)
    low, high = 0, 52 * 60  # minutes; local dates never go back by more than the hour before midnight
    while low < high:
        middle = (low + high) // 2
        if (guess + timedelta(minutes=middle)).astimezone(zone).date() >= day:
            high = middle
        else:
            low = middle + 1
    return guess + timedelta(minutes=low)


def brute_force(spans: list[Span], month: date, zone: ZoneInfo, charges: Decimal) -> Fraction:
    """What the month costs exactly: each day at its own tier's price, in fractions."""
    days = []
    day = month
    while day.month == month.month:
        days.append(day)
        day += timedelta(days=1)
    total = Fraction(0)
    for day in days:
        begins = first_instant(day, zone)
        for span in spans:
            if span.started_at <= begins and (span.ended_at is None or begins < span.ended_at):
                share = Fraction(charges) * Fraction(span.price.percentage) / 100
                total += max(Fraction(span.price.minimum), share) / len(days)
    return total


def cents(amount: Fraction) -> int:
    """Rounded by hand, half a cent up; no amount here is negative."""
    return (amount * 200 + 1) // 2
