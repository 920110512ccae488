"""Medians estimated from buckets, and the periods of reports."""

from datetime import date
from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.reports.durations import BOUNDS, BUCKETS, bucket_of, estimate_median
from tickets.reports.period import Period


def buckets(durations):
    counts = [0] * BUCKETS
    for each in durations:
        counts[bucket_of(each)] += 1
    return counts


@given(st.lists(st.integers(0, 3 * 10**6), min_size=1))
def test_median_is_about_right(durations):
    found, exact = estimate_median(buckets(durations)), median_low(durations)
    ends = [0, *BOUNDS, float("inf")]
    assert ends[bucket_of(exact)] <= found <= ends[bucket_of(exact) + 1]


def test_no_median_of_nothing():
    assert estimate_median([0] * BUCKETS) is None


@pytest.mark.parametrize(
    ("first", "last", "said", "steps"),
    [
        (date(2026, 11, 9), date(2026, 11, 9), "9 Nov 2026", ["9 Nov"]),
        (date(2026, 11, 7), date(2026, 11, 9), "7–9 Nov 2026", ["7 Nov", "8 Nov", "9 Nov"]),
        (date(2026, 9, 1), date(2026, 11, 30), "1 Sep – 30 Nov 2026", None),
        (date(2025, 12, 30), date(2026, 1, 5), "30 Dec 2025 – 5 Jan 2026", None),
        (date(2026, 1, 15), date(2026, 12, 31), "15 Jan – 31 Dec 2026", None),
    ],
)
def test_period_in_words(first, last, said, steps):
    period = Period(first, last)
    assert period.words == said
    if steps:
        assert [period.label_of(step) for step in period.steps] == steps


@given(st.dates(date(2001, 1, 1), date(2030, 1, 1)), st.integers(1, 366))
def test_steps_cover_each_day_once(first, days):
    period = Period(first, date.fromordinal(first.toordinal() + days - 1))
    assert [day for step in period.steps for day in step] == list(period)
    assert len(period.steps) <= 42
    assert (period.before.days, (first - period.before.last).days) == (days, 1)
