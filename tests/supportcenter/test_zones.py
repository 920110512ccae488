"""Local times that come twice or are skipped where clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from supportcenter.bounds import InstantField
from supportcenter.zones import begin_of, instant_at
from tests.billing.test_calendars import ZONES

MINUTE = timedelta(minutes=1)


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    day=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_local_time_begins_when_a_clock_first_shows_it_or_a_later_one(zone, day, at):
    wall = datetime.combine(day, at)

    def shows(instant: datetime) -> bool:
        return instant.astimezone(zone).replace(tzinfo=None) >= wall

    found = instant_at(day, at, zone)
    assert shows(found)
    assert not any(shows(found - MINUTE * number) for number in range(1, 180))


@pytest.mark.parametrize(
    ("zone", "typed", "expected"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00Z"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30Z"),
        ("Africa/Cairo", "2026-04-24T00:15", "2026-04-23T22:00Z"),
        ("Africa/Cairo", "2026-10-29T23:30", "2026-10-29T20:30Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30Z"),
        ("Europe/Berlin", "2026-03-29T02:30+02:00", "2026-03-29T00:30Z"),
        ("Europe/Berlin", "2026-03-29T02:30Z", "2026-03-29T02:30Z"),
    ],
)
def test_typed_times_follow_the_same_rule(zone, typed, expected):
    with timezone.override(ZoneInfo(zone)):
        assert InstantField().clean(typed) == datetime.fromisoformat(expected)


def test_a_day_may_begin_at_one():
    assert begin_of(date(2026, 4, 24), ZoneInfo("Africa/Cairo")) == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert begin_of(date(2026, 11, 1), ZoneInfo("America/Havana")) == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert instant_at(date(2026, 11, 1), time(1), ZoneInfo("America/Havana")) == datetime(
        2026, 11, 1, 6, tzinfo=UTC
    )
