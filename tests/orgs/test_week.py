"""Working hours as people type them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgs.week import WeekForm, format_blocks, format_week, is_open, parse_blocks

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
NINE_TO_FIVE = [["09:00", "17:00"]]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", []),
        ("9-17", NINE_TO_FIVE),
        ("09:00–12:00, 13:00–17:30", [["09:00", "12:00"], ["13:00", "17:30"]]),
        ("22:00-24:00", [["22:00", "00:00"]]),
        ("All day", [["00:00", "00:00"]]),
    ],
)
def test_reads_what_people_type(typed, stored):
    assert parse_blocks(typed) == stored


@pytest.mark.parametrize("typed", ["nine to five", "17-9", "9-12, 11-13", "9:70-10", "9-25", "9-9"])
def test_says_what_to_write_instead_of_nonsense(typed):
    with pytest.raises(ValueError, match="Enter hours like"):
        parse_blocks(typed)


minutes = st.lists(st.integers(0, 24 * 60), unique=True, max_size=8).map(sorted)


@given(minutes)
def test_what_is_said_is_read_back(times):
    pairs = list(zip(times[::2], times[1::2], strict=False))
    blocks = [[f"{a // 60:02}:{a % 60:02}", f"{b // 60 % 24:02}:{b % 60:02}"] for a, b in pairs]
    assert parse_blocks(format_blocks(blocks)) == blocks


@given(minutes, st.integers(0, 24 * 60 - 1))
def test_open_is_inside_a_block_and_nowhere_else(times, now):
    pairs = list(zip(times[::2], times[1::2], strict=False))
    week = [[[f"{a // 60:02}:{a % 60:02}", f"{b // 60 % 24:02}:{b % 60:02}"] for a, b in pairs]] + [[]] * 6
    assert is_open(week, MONDAY + timedelta(minutes=now)) is any(a <= now < b for a, b in pairs)
    assert not is_open(week, MONDAY + timedelta(days=1, minutes=now))


def test_days_that_are_alike_are_said_together():
    assert (
        format_week([NINE_TO_FIVE] * 3 + [[], NINE_TO_FIVE] + [[]] * 2)
        == "Mon–Wed 09:00–17:00; Fri 09:00–17:00"
    )


def test_form_names_the_day_that_is_wrong():
    form = WeekForm({"monday": "9-17", "sunday": "late"})
    assert not form.is_valid()
    assert list(form.errors) == ["sunday"]
    assert WeekForm({}).is_valid()
