"""Charts as numbers for the templates that draw them. Pure.

Widths are shares of the whole in percent, heights are pixels from the top, so a chart fits any width while
its text keeps its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

# Room above the highest mark for its number, and below the axis for the labels.
TOP, HEIGHT, FOOT = 22, 180, 24
BASE = TOP + HEIGHT
MAX_LABELS = 4
# Up to so many columns, each has its number on top.
MAX_NUMBERED = 12


@dataclass(frozen=True)
class Tick:
    """A horizontal grid line and its label."""

    y: float
    label: str

    @property
    def text_y(self) -> float:
        """Return where its label is placed, beside the line."""
        return self.y + 4


@dataclass(frozen=True)
class Label:
    """A label below the axis; ``anchor`` keeps it inside the chart."""

    x: float
    text: str
    anchor: str


@dataclass(frozen=True)
class Bar:
    """One part of a column. ``kind`` sets its look; ``words`` describe it on hover."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    words: str


@dataclass(frozen=True)
class Number:
    """A value at its position in the chart."""

    x: float
    y: float
    text: str

    @property
    def text_y(self) -> float:
        """Return the position just above."""
        return self.y - 6


@dataclass(frozen=True)
class Segment:
    """A piece of a line."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Chart:
    """What is drawn: grid lines, columns or a line, numbers on them, and labels below."""

    ticks: Sequence[Tick]
    labels: Sequence[Label]
    bars: Sequence[Bar] = ()
    segments: Sequence[Segment] = ()
    numbers: Sequence[Number] = ()
    last: Sequence[Number] = ()
    height: int = BASE + FOOT

    @property
    def label_y(self) -> int:
        return self.height - 6


@dataclass(frozen=True)
class Series:
    """One part of each column: its look, its label and its values."""

    kind: str
    label: str
    values: Sequence[int]


def nice_ticks(highest: float, most: int = 4) -> list[int]:
    """Return whole numbers from 0 to at least ``highest``, in steps of 1, 2 or 5 times a power of ten."""
    rough = max(highest, 1) / most
    power = 10 ** floor(log10(rough)) if rough > 1 else 1
    step = int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))
    return list(range(0, ceil(max(highest, 1) / step) * step + 1, step))


def labeled(count: int, most: int = MAX_LABELS) -> list[int]:
    """Return which of ``count`` places get a label: evenly spread, always the first, at most ``most``."""
    every = max(1, ceil(count / most))
    return list(range(0, count, every))


def columns(names: Sequence[str], series: Sequence[Series]) -> Chart:
    """Return stacked columns: one for each name, its parts in the order of the series from the bottom up."""
    totals = [sum(column) for column in zip(*(each.values for each in series), strict=True)]
    ticks = nice_ticks(max(totals, default=0))
    slot = 100 / max(len(names), 1)
    bars: list[Bar] = []
    for place, name in enumerate(names):
        floor_y = float(BASE)
        for each in series:
            height = _height(each.values[place], ticks)
            floor_y = round(floor_y - height, 1)
            if height:
                words = f"{name}: {each.values[place]:,} {each.label.lower()}"
                x, width = round(slot * (place + 0.14), 3), round(slot * 0.72, 3)
                bars.append(Bar(x, floor_y, width, height, each.kind, words))
    numbers = []
    if len(names) <= MAX_NUMBERED:
        numbers = [
            Number(_middle(place, slot), BASE - _height(total, ticks), f"{total:,}")
            for place, total in enumerate(totals)
            if total
        ]
    return Chart(_ticks(ticks), _labels(names, slot), bars=bars, numbers=numbers)


def line(names: Sequence[str], values: Sequence[int]) -> Chart:
    """Return one line through the values, with a number on the last."""
    ticks = nice_ticks(max(values, default=0))
    slot = 100 / max(len(names), 1)
    points = [(_middle(place, slot), BASE - _height(value, ticks)) for place, value in enumerate(values)]
    segments = [Segment(*one, *other) for one, other in pairwise(points)]
    last = [Number(x, y, f"{values[-1]:,}") for x, y in points[-1:]]
    return Chart(_ticks(ticks), _labels(names, slot), segments=segments, last=last)


def _height(value: float, ticks: Sequence[int]) -> float:
    return round(HEIGHT * max(value, 0) / ticks[-1], 1)


def _ticks(values: Sequence[int]) -> list[Tick]:
    return [Tick(BASE - _height(value, values), f"{value:,}") for value in values]


def _middle(place: int, slot: float) -> float:
    return round(slot * (place + 0.5), 3)


def _labels(names: Sequence[str], slot: float) -> list[Label]:
    return [_label(names[place], _middle(place, slot)) for place in labeled(len(names))]


def _label(text: str, x: float) -> Label:
    if x < 6:
        return Label(0, text, "start")
    return Label(100, text, "end") if x > 94 else Label(x, text, "middle")
