"""A report as its page shows it: headline, chart and two tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tickets.reports import charts
from tickets.reports.period import Period
from tickets.reports.sections import Column, Section
from tickets.reports.source import ReportSource, Sums

# The page shows so many rows of a breakdown; the CSV file has all.
MAX_ROWS = 50
# Dimensions whose values have an order of their own; others are sorted by size.
ORDERED = {"tier", "severity"}


@dataclass(frozen=True)
class Row:
    """One line of a table: its label and its sums."""

    label: str
    sums: Sums


@dataclass(frozen=True)
class Line:
    """A row as text; ``share`` is the length of its bar in percent."""

    label: str
    cells: Sequence[str]
    share: float | None


@dataclass(frozen=True)
class Report:
    """Everything that one page shows."""

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
        """Return the main columns, for this period and the one before."""
        for number in self.section.headline:
            column = self.section.columns[number]
            yield column, column.text(self.total), column.text(self.before)

    @property
    def chart(self) -> charts.Chart:
        if self.open_by_day:
            names = [f"{day.day} {day:%b}" for day in self.open_by_day]
            return charts.line(names, list(self.open_by_day.values()))
        steps = self.steps
        series = [
            charts.Series(part.kind, part.label, [part.count(row.sums) for row in steps])
            for part in self.section.series
        ]
        return charts.columns([row.label for row in steps], series)

    @property
    def lines(self) -> list[Line]:
        """Return the largest rows of the breakdown."""
        return [self._line(row) for row in self.breakdown[:MAX_ROWS]]

    @property
    def left_out(self) -> int:
        """Return the number of rows that are not shown."""
        return max(0, len(self.breakdown) - MAX_ROWS)

    @property
    def step_lines(self) -> list[Line]:
        return [self._line(row) for row in self.steps]

    @property
    def total_line(self) -> Line:
        return self._line(Row("Total", self.total))

    def _line(self, row: Row) -> Line:
        columns, share = self.section.columns, self.section.share
        cells = [column.text(row.sums) for column in columns]
        return Line(row.label, cells, None if share is None else columns[share].value(row.sums))


def build_report(
    source: ReportSource, section: Section, period: Period, dimension: str, names: Mapping[Any, str]
) -> Report:
    """Read and build a report: three queries, or five for the backlog."""
    if section.code == "backlog":
        return _backlog(source, section, period, dimension, names)
    steps = source.by_step(section.kinds, period)
    parts = source.by(dimension, section.kinds, period)
    return Report(
        section=section,
        period=period,
        total=sum(steps.values(), Sums()),
        before=source.total(section.kinds, period.before),
        steps=[Row(period.label_of(each), steps.get(each.first, Sums())) for each in period.steps],
        breakdown=_rows(section, parts, dimension, names),
    )


def _backlog(
    source: ReportSource, section: Section, period: Period, dimension: str, names: Mapping[Any, str]
) -> Report:
    """Build the report in which every row also has the number of tickets open at its end."""
    days = source.by_day(section.kinds, period)
    ends = source.open_at(period.ends, dimension)
    total = sum(days.values(), Sums())
    open_last = sum(ends.values())
    open_first = open_last - (total["opened_count"] - total["solved_count"])
    open_by_day = _running(days, period, open_first)
    steps = [
        (period.label_of(step), sum((days.get(day, Sums()) for day in step), Sums()), open_by_day[step.last])
        for step in period.steps
    ]
    parts = source.by(dimension, section.kinds, period, with_times=False)
    before = source.total(section.kinds, period.before, with_times=False)
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
    """Return how many tickets were open at the end of each day of the period."""
    found = {}
    for day in period:
        sums = days.get(day, Sums())
        count += sums["opened_count"] - sums["solved_count"]
        found[day] = count
    return found


def _rows(section: Section, parts: Mapping[Any, Sums], dimension: str, names: Mapping[Any, str]) -> list[Row]:
    """Return the rows with any facts: in the order of the names, or largest first and unassigned last."""
    parts = {key: sums for key, sums in parts.items() if any(sums.values.values())}
    if dimension in ORDERED:
        order = [key for key in names if key in parts] + [key for key in parts if key not in names]
    else:
        order = sorted(parts, key=lambda key: (key is None, -section.size(parts[key]), names.get(key, "")))
    return [Row(names.get(key, "Unassigned" if key is None else str(key)), parts[key]) for key in order]


def breakdown_table(report: Report, dimension: str) -> Iterator[list[object]]:
    """Yield the whole breakdown for a spreadsheet, with the total last."""
    yield from _table(dimension, report.section, [*report.breakdown, Row("Total", report.total)])


def steps_table(report: Report, dimension: str) -> Iterator[list[object]]:
    """Yield the steps over time for a spreadsheet, each with its first day, and the total last."""
    days = [step.first.isoformat() for step in report.period.steps]
    steps = [Row(day, row.sums) for day, row in zip(days, report.steps, strict=True)]
    rows = [*steps, Row("Total", report.total)]
    yield from _table(f"{report.period.step_words} ({report.period.zone})", report.section, rows)


# By their names in the URL.
TABLES = {"breakdown": breakdown_table, "over-time": steps_table}


def _table(first: str, section: Section, rows: Sequence[Row]) -> Iterator[list[object]]:
    yield [first, *(column.heading for column in section.columns)]
    for row in rows:
        yield [row.label, *(column.number(row.sums) for column in section.columns)]
