"""Charts as numbers: axes, columns, lines, labels."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.reports.charts import BASE, HEIGHT, Series, columns, labeled, line, nice_ticks


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (23, [0, 10, 20, 30]),
        (100, [0, 50, 100]),
        (1234, [0, 500, 1000, 1500]),
    ],
)
def test_ticks_are_round_numbers(highest, ticks):
    assert nice_ticks(highest) == ticks


@given(st.integers(0, 10**9))
def test_ticks_reach_over_everything_in_few_even_steps(highest):
    ticks = nice_ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 5
    assert len({after - before for before, after in pairwise(ticks)}) == 1


@given(st.integers(1, 400))
def test_few_labels_begin_at_the_first_place(count):
    places = labeled(count)
    assert places[0] == 0
    assert len(places) <= 4
    assert places[-1] < count


def test_columns_stack_from_the_axis_and_say_what_they_are():
    chart = columns(
        ["3 Nov", "4 Nov"], [Series("good", "In time", [30, 0]), Series("bad", "Missed", [10, 0])]
    )
    low, high = chart.bars
    assert (low.y + low.height, high.y + high.height) == (BASE, low.y)
    assert low.height == 3 * high.height == HEIGHT * 30 / 40
    assert [low.words, high.words] == ["3 Nov: 30 in time", "3 Nov: 10 missed"]
    assert [number.text for number in chart.numbers] == ["40"]


def test_many_columns_carry_no_numbers():
    chart = columns([str(each) for each in range(31)], [Series("good", "In time", [1] * 31)])
    assert chart.numbers == []
    assert all(bar.x >= 0 and bar.x + bar.width <= 100 for bar in chart.bars)


def test_line_goes_through_all_values_and_names_the_last():
    chart = line(["a", "b", "c"], [0, 10, 5])
    assert [each.y1 for each in chart.segments] + [chart.segments[-1].y2] == [
        BASE,
        BASE - HEIGHT,
        BASE - HEIGHT / 2,
    ]
    assert [each.text for each in chart.last] == ["5"]


@pytest.mark.parametrize("names", [[], ["3 Nov"]])
def test_nothing_or_one_thing_is_drawn_too(names):
    assert not line(names, [4 for _ in names]).segments
    assert len(columns(names, [Series("good", "In time", [4 for _ in names])]).bars) == len(names)
