from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calendars import Hours, SupportHours

ZONES = ["UTC", "Europe/Helsinki", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
instants = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
hours = st.builds(SupportHours, st.sampled_from(list(Hours)), st.sampled_from(ZONES).map(ZoneInfo))


def at(text: str, zone: str = "Europe/Helsinki") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def is_open(support: SupportHours, instant: datetime) -> bool:
    """The slow oracle: whether a minute is a minute of support."""
    local = instant.astimezone(support.zone)
    if support.hours == Hours.ALWAYS:
        return True
    if local.weekday() >= 5:
        return False
    return support.hours == Hours.WEEKDAYS or 9 <= local.hour < 17


@given(support=hours, start=instants, minutes=st.integers(1, 3000))
def test_added_time_is_exactly_the_open_minutes_in_between(support, start, minutes):
    start = start.replace(second=0, microsecond=0)
    end = support.add(start, timedelta(minutes=minutes))
    counted = 0
    instant = start
    while instant < end:
        counted += is_open(support, instant)
        instant += timedelta(minutes=1)
    assert counted == minutes
    assert is_open(support, end - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("start", "days_on", "expected"),
    [
        ("2026-11-23T10:00", 0, "2026-11-23T17:00"),  # a Monday
        ("2026-11-23T10:00", 1, "2026-11-24T17:00"),
        ("2026-11-23T17:00", 0, "2026-11-24T17:00"),
        ("2026-11-27T18:00", 0, "2026-11-30T17:00"),  # Friday evening
        ("2026-11-28T12:00", 1, "2026-12-01T17:00"),  # Saturday
    ],
)
def test_end_of_business_day(start, days_on, expected):
    support = SupportHours(Hours.BUSINESS, ZoneInfo("Europe/Helsinki"))
    assert support.end_of_business_day(at(start), days_on=days_on) == at(expected)


def test_hours_count_real_time_over_the_change_of_clocks():
    support = SupportHours(Hours.WEEKDAYS, ZoneInfo("Europe/Helsinki"))
    before = at("2026-10-23T23:00")  # Friday; the clocks go back on Sunday
    assert support.add(before, timedelta(hours=2)) == at("2026-10-26T01:00")
