"""How durations, counts and enumerations read."""

from datetime import timedelta

import pytest

from supportcenter.wording import format_count, format_duration, format_list


@pytest.mark.parametrize(
    ("duration", "one_unit", "two_units"),
    [
        (timedelta(), "less than 1 min", "less than 1 min"),
        (timedelta(seconds=59), "less than 1 min", "less than 1 min"),
        (timedelta(seconds=119), "1 min", "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min", "59 min"),
        (timedelta(hours=1), "1 h", "1 h"),
        (timedelta(hours=6, minutes=30), "6 h", "6 h 30 min"),
        (timedelta(days=1, minutes=30), "24 h", "1 day"),
        (timedelta(hours=47, minutes=59), "47 h", "1 day 23 h"),
        (timedelta(days=2, hours=3, minutes=1), "2 days", "2 days 3 h"),
        (timedelta(days=2, hours=23, minutes=59), "2 days", "2 days 23 h"),
    ],
)
def test_durations_are_rounded_down_to_one_or_two_units(duration, one_unit, two_units):
    assert (format_duration(duration, units=1), format_duration(duration)) == (one_unit, two_units)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 mails"), (1, "1 mail"), (2, "2 mails"), (1500, "1,500 mails")]
)
def test_counted_nouns_have_their_plural(count, words):
    assert format_count(count, "mail") == words


@pytest.mark.parametrize(
    ("items", "words"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_enumerations_end_with_and(items, words):
    assert format_list(items) == words
