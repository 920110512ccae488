from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billing.calendars import (
    ALWAYS,
    BUSINESS,
    WEEKDAYS,
    Interval,
    Schedule,
    SupportHours,
    dump_week,
    parse_week,
)

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
# Days on which clocks change in 2026, also by half an hour, at midnight, and in the south.
CHANGES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "Europe/Helsinki": ("2026-03-29", "2026-10-25"),
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "Atlantic/Azores": ("2026-03-29", "2026-10-25"),
    "Africa/Cairo": ("2026-04-24", "2026-10-29"),
    "Asia/Beirut": ("2026-03-29", "2026-10-24"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "America/Santiago": ("2026-04-04", "2026-09-06"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Pacific/Auckland": ("2026-04-05", "2026-09-27"),
}
ZONES = ["UTC", "Asia/Kolkata", *CHANGES]
COUNTRIES = ["", "FI", "US", "JP", "xx"]
FIRST, LAST = datetime(2024, 1, 1), datetime(2027, 12, 31)  # noqa: DTZ001 - hypothesis adds the zone
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC)).map(
    lambda instant: instant.replace(second=0, microsecond=0)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)


@st.composite
def days(draw) -> tuple[Interval, ...]:
    """Up to three blocks, by quarters of an hour."""
    edges = sorted(draw(st.sets(st.integers(0, 24 * 4), max_size=6)))
    clock = [time(edge // 4 % 24, edge % 4 * 15) for edge in edges[: len(edges) // 2 * 2]]
    return tuple(Interval(opens, closes) for opens, closes in zip(clock[::2], clock[1::2], strict=True))


weeks = st.tuples(*[days()] * 7).filter(any)
own = st.builds(SupportHours, weeks, zones, st.sampled_from(COUNTRIES))
bought = st.builds(
    SupportHours, st.sampled_from([ALWAYS, WEEKDAYS, BUSINESS]), zones, st.sampled_from(COUNTRIES)
)


def at(text: str, zone: str = "Europe/Helsinki") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


public_holidays = cache(holidays.country_holidays)


def is_open(support: SupportHours, instant: datetime) -> bool:
    """The slow oracle: whether a minute is a minute of support."""
    local = instant.astimezone(support.zone)
    if support.country not in {"", "xx"} and local.date() in public_holidays(support.country):
        return False
    return any(
        block.opens <= local.time() and (block.closes == time(0) or local.time() < block.closes)
        for block in support.week[local.weekday()]
    )


def open_minutes(support: SupportHours, start: datetime, end: datetime) -> int:
    minutes = int((end - start) / MINUTE)
    return sum(is_open(support, start + MINUTE * number) for number in range(minutes))


@settings(deadline=None, max_examples=60)
@given(support=own | bought, start=instants, minutes=st.integers(1, 900))
def test_added_time_is_exactly_the_open_minutes_in_between(support, start, minutes):
    end = support.add(start, MINUTE * minutes)
    assume(end - start < timedelta(days=20))
    assert open_minutes(support, start, end) == minutes
    assert is_open(support, end - MINUTE)
    assert support.elapsed(start, end) == MINUTE * minutes


@settings(deadline=None, max_examples=60)
@given(support=own | bought, start=instants, minutes=st.integers(-600, 9000))
def test_elapsed_time_is_exactly_the_open_minutes(support, start, minutes):
    end = start + MINUTE * minutes
    assert support.elapsed(start, end) == MINUTE * open_minutes(support, start, end)


def blocks(*edges: str) -> SupportHours:
    """Return support hours that are the same each day, in UTC."""
    clock = [time.fromisoformat(edge) for edge in edges]
    day = tuple(Interval(opens, closes) for opens, closes in zip(clock[::2], clock[1::2], strict=True))
    return SupportHours((day,) * 7, UTC)


@pytest.mark.parametrize(("zone", "day"), [(zone, day) for zone, days in CHANGES.items() for day in days])
def test_days_on_which_clocks_change_have_their_real_minutes(zone, day):
    start = datetime.fromisoformat(f"{day}T00:00Z") - timedelta(hours=15)
    end = start + timedelta(hours=54)
    quarters = [time(number // 4, number % 4 * 15) for number in range(24 * 4)]
    alternate = tuple(
        Interval(opens, closes) for opens, closes in zip(quarters[::2], quarters[1::2], strict=True)
    )
    for daily in (
        SupportHours((alternate,) * 7, UTC),
        blocks("00:00", "02:30", "03:00", "00:00"),
        blocks("01:15", "02:15", "02:15", "02:45", "23:15", "23:45"),
        blocks("00:00", "00:00"),
    ):
        support = replace(daily, zone=ZoneInfo(zone))
        assert support.elapsed(start, end) == MINUTE * open_minutes(support, start, end)
        minutes = (start + MINUTE * number for number in range(54 * 60))
        opened = [minute for minute in minutes if is_open(support, minute)]
        for position in range(0, len(opened), 15):
            assert support.add(start, MINUTE * (position + 1)) == opened[position] + MINUTE


def test_public_holidays_and_closed_days_have_no_support():
    eve = at("2026-12-23T16:00")  # a Wednesday; Finland is closed until Monday
    closed = frozenset({date(2026, 12, 28)})
    business = SupportHours(BUSINESS, ZoneInfo("Europe/Helsinki"), "FI")
    assert business.add(eve, timedelta(hours=2)) == at("2026-12-28T10:00")
    assert business.end_of_business_day(eve, days_on=1) == at("2026-12-28T17:00")
    assert replace(business, extra_holidays=closed).add(eve, timedelta(hours=2)) == at("2026-12-29T10:00")


@settings(deadline=None, max_examples=60)
@given(
    versions=st.lists(own | bought, min_size=1, max_size=3),
    start=instants,
    gaps=st.lists(st.integers(1, 4000), min_size=2, max_size=2),
    minutes=st.integers(1, 900),
)
def test_each_minute_counts_by_the_calendar_in_force_at_it(versions, start, gaps, minutes):
    edited = [start + MINUTE * gaps[0], start + MINUTE * sum(gaps)][: len(versions) - 1]
    schedule = Schedule(versions[0], tuple(zip(edited, versions[1:], strict=True)))
    end = schedule.add(start, MINUTE * minutes)
    assume(end - start < timedelta(days=20))
    whole = [start + MINUTE * number for number in range(int((end - start) / MINUTE))]
    assert sum(is_open(schedule.at(each), each) for each in whole) == minutes
    assert schedule.elapsed(start, end) == MINUTE * minutes


def test_several_blocks_a_day_pause_in_between():
    day = (Interval(time(8), time(12)), Interval(time(13), time(17)))
    support = SupportHours((day,) * 7, ZoneInfo("Europe/Helsinki"))
    assert support.add(at("2026-11-23T11:30"), timedelta(hours=1)) == at("2026-11-23T13:30")
    assert support.elapsed(at("2026-11-23T07:00"), at("2026-11-23T18:00")) == timedelta(hours=8)


def test_hours_that_never_open_are_refused():
    never = SupportHours(((),) * 7, ZoneInfo("UTC"))
    with pytest.raises(ValueError, match="no support hours within five years"):
        never.add(at("2026-11-23T10:00"), MINUTE)
    with pytest.raises(ValueError, match="no support hours within five years"):
        never.end_of_business_day(at("2026-11-23T10:00"), days_on=0)


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
    support = SupportHours(BUSINESS, ZoneInfo("Europe/Helsinki"))
    assert support.end_of_business_day(at(start), days_on=days_on) == at(expected)


def test_hours_count_real_time_over_the_change_of_clocks():
    support = SupportHours(WEEKDAYS, ZoneInfo("Europe/Helsinki"))
    before = at("2026-10-23T23:00")  # Friday; the clocks go back on Sunday
    assert support.add(before, timedelta(hours=2)) == at("2026-10-26T01:00")


def test_weeks_are_stored_and_read_back():
    assert [parse_week(dump_week(week)) for week in (ALWAYS, WEEKDAYS, BUSINESS)] == [
        ALWAYS,
        WEEKDAYS,
        BUSINESS,
    ]


@pytest.mark.parametrize(
    "monday",
    [[["17:00", "09:00"]], [["09:00", "12:00"], ["11:00", "17:00"]], [["9", "12:00"]], [["00:00"]]],
)
def test_weeks_that_make_no_sense_are_refused(monday):
    with pytest.raises(ValueError, match=r"."):
        parse_week([monday, *[[]] * 6])


@pytest.mark.parametrize("week", [[], [[]] * 7, [[["09:00", "17:00"]]] * 6])
def test_a_week_has_seven_days_and_opens_on_some(week):
    with pytest.raises(ValueError, match="seven days"):
        parse_week(week)
