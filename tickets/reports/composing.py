"""A report as its page shows it: headline, chart, and two tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tickets.reports import charts
from tickets.reports.period import DAY, Period
from tickets.reports.reading import Reading, Sums
from tickets.reports.sections import Column, Section

# So many rows of a breakdown are shown; all of them are in the CSV file.
MOST_ROWS = 50
# Dimensions whose values have an order of their own; others stand by size.
ORDERED = {"tier", "severity"}


@dataclass(frozen=True)
class Row:
    """One line of a table: what it is about, and its sums."""

    label: str
    sums: Sums


@dataclass(frozen=True)
class Line:
    """A row as it is shown; ``share`` is what its bar shows, in percent."""

    label: str
    cells: Sequence[str]
    share: float | None


@dataclass(frozen=True)
class Report:
    """Everything that one page says."""

    section: Section
    period: Period
    total: Sums
    before: Sums
    steps: Sequence[Row]
    breakdown: Sequence[Row]
    open_by_day: Mapping[date, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not any(self.total.values.values()) and not any(self.before.values.values())

    @property
    def headline(self) -> Iterator[tuple[Column, str, str]]:
        """The most telling columns, in this period and in the one before."""
        for number in self.section.headline:
            column = self.section.columns[number]
            yield column, column.words(self.total), column.words(self.before)

    @property
    def chart(self) -> charts.Chart:
        if self.open_by_day:
            names = [f"{day.day} {day:%b}" for day in self.open_by_day]
            return charts.line(names, list(self.open_by_day.values()))
        steps = self.steps
        series = [
            charts.Series(part.kind, part.words, [part.count(row.sums) for row in steps])
            for part in self.section.series
        ]
        return charts.columns([row.label for row in steps], series)

    @property
    def lines(self) -> list[Line]:
        """The largest rows of the breakdown."""
        return [self._line(row) for row in self.breakdown[:MOST_ROWS]]

    @property
    def left_out(self) -> int:
        """How many rows more there are."""
        return max(0, len(self.breakdown) - MOST_ROWS)

    @property
    def step_lines(self) -> list[Line]:
        return [self._line(row) for row in self.steps]

    @property
    def total_line(self) -> Line:
        return self._line(Row("Total", self.total))

    def _line(self, row: Row) -> Line:
        columns, share = self.section.columns, self.section.share
        cells = [column.words(row.sums) for column in columns]
        return Line(row.label, cells, None if share is None else columns[share].value(row.sums))


def compose(
    reading: Reading, section: Section, period: Period, dimension: str, names: Mapping[Any, str]
) -> Report:
    """Read what a report needs: three queries, or five for the backlog."""
    if section.code == "backlog":
        return _backlog(reading, section, period, dimension, names)
    steps = reading.by_step(section.kinds, period)
    parts = reading.by(dimension, section.kinds, period)
    return Report(
        section=section,
        period=period,
        total=sum(steps.values(), Sums()),
        before=reading.total(section.kinds, period.before),
        steps=[Row(period.label_of(each), steps.get(each.first, Sums())) for each in period.steps],
        breakdown=_rows(section, parts, dimension, names),
    )


def _backlog(
    reading: Reading, section: Section, period: Period, dimension: str, names: Mapping[Any, str]
) -> Report:
    """The report in which every row also says how many are open at its end."""
    days = reading.by_day(section.kinds, period)
    ends = reading.open_before(period.last + DAY, dimension)
    total = sum(days.values(), Sums())
    open_last = sum(ends.values())
    open_first = open_last - (total["opened_count"] - total["solved_count"])
    open_by_day = _running(days, period, open_first)
    steps = [
        (period.label_of(step), sum((days.get(day, Sums()) for day in step), Sums()), open_by_day[step.last])
        for step in period.steps
    ]
    parts = reading.by(dimension, section.kinds, period, with_times=False)
    before = reading.total(section.kinds, period.before, with_times=False)
    parts = {key: parts.get(key, Sums()).having(open=ends[key]) for key in parts.keys() | ends.keys()}
    return Report(
        section=section,
        period=period,
        total=total.having(open=open_last),
        before=before.having(open=open_first),
        steps=[Row(label, sums.having(open=count)) for label, sums, count in steps],
        breakdown=_rows(section, parts, dimension, names),
        open_by_day=open_by_day,
    )


def _running(days: Mapping[date, Sums], period: Period, count: int) -> dict[date, int]:
    """How many were open when each day of the period ended."""
    found = {}
    for day in period:
        sums = days.get(day, Sums())
        count += sums["opened_count"] - sums["solved_count"]
        found[day] = count
    return found


def _rows(section: Section, parts: Mapping[Any, Sums], dimension: str, names: Mapping[Any, str]) -> list[Row]:
    """Those with any facts: by the order of the names, or the largest first; facts of nobody stand last."""
    parts = {key: sums for key, sums in parts.items() if any(sums.values.values())}
    if dimension in ORDERED:
        order = [key for key in names if key in parts] + [key for key in parts if key not in names]
    else:
        order = sorted(parts, key=lambda key: (key is None, -section.size(parts[key]), names.get(key, "")))
    return [Row(names.get(key, "Nobody" if key is None else str(key)), parts[key]) for key in order]


def breakdown_table(report: Report, dimension: str) -> Iterator[list[object]]:
    """The breakdown for a spreadsheet, whole, with the total last."""
    yield from _table(dimension, report.section, [*report.breakdown, Row("Total", report.total)])


def steps_table(report: Report, dimension: str) -> Iterator[list[object]]:
    """The same over time, each step by its first day so that a spreadsheet reads it, with the total last."""
    days = [step.first.isoformat() for step in report.period.steps]
    steps = [Row(day, row.sums) for day, row in zip(days, report.steps, strict=True)]
    rows = [*steps, Row("Total", report.total)]
    yield from _table(report.period.step_words, report.section, rows)


# By their names in the address.
TABLES = {"breakdown": breakdown_table, "over-time": steps_table}


def _table(first: str, section: Section, rows: Sequence[Row]) -> Iterator[list[object]]:
    yield [first, *(column.heading for column in section.columns)]
    for row in rows:
        yield [row.label, *(column.number(row.sums) for column in section.columns)]
