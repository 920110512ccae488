"""The figures that a report is read from, filtered and summed up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import DateField, F, IntegerField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate, TruncDay, TruncMonth, TruncWeek

from tickets.models.ticket import TicketQuerySet
from tickets.reports.durations import BUCKETS
from tickets.reports.models import FiguresQuerySet
from tickets.reports.period import Period

# What figures can be grouped and filtered by.
DIMENSIONS = ("tier", "severity", "product", "organization", "agent")
NOTHING = Value(None, output_field=IntegerField())
# Fields of tickets that have another name than the dimension.
COLUMNS = {"agent": "assignee"}


@dataclass(frozen=True)
class Sums:
    """Sums of facts, by the names of ``FiguresQuerySet.summed``; 0 for any that is missing."""

    values: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.values.get(name, 0)

    def __add__(self, other: "Sums") -> "Sums":
        names = self.values.keys() | other.values.keys()
        return Sums({name: self[name] + other[name] for name in names})

    def having(self, **values: int) -> "Sums":
        """Return a copy with more or other values."""
        return Sums({**self.values, **values})

    def times(self, kind: str) -> list[int]:
        """Return the number of durations of a kind in each bucket."""
        return [self[f"{kind}_times_{at}"] for at in range(BUCKETS)]


@dataclass(frozen=True)
class ReportSource:
    """Figures that a person may read, with the dimensions they may group by and the filters in force."""

    tickets: TicketQuerySet
    figures: FiguresQuerySet
    dimensions: tuple[str, ...]
    filters: Mapping[str, Any] = field(default_factory=dict)

    def only(self, filters: Mapping[str, Any]) -> "ReportSource":
        """Return a copy with filters. Raises ``PermissionDenied`` for a dimension the person may not use."""
        for name in filters:
            self._require(name)
        return replace(self, filters=filters)

    def by_day(self, kinds: Iterable[str], period: Period) -> dict[date, Sums]:
        """Return the sums of each day that has any, without times; one query."""
        return self._sums(kinds, period, TruncDate("at", tzinfo=period.zone), with_times=False)

    def by_step(self, kinds: Iterable[str], period: Period) -> dict[date, Sums]:
        """The sums of each step of a period that has any, by its first day; one query."""
        trunc = {"day": TruncDay, "week": TruncWeek, "month": TruncMonth}[period.unit]
        found = self._sums(kinds, period, trunc("at", output_field=DateField(), tzinfo=period.zone))
        return {max(day, period.first): sums for day, sums in found.items()}

    def by(
        self, dimension: str, kinds: Iterable[str], period: Period, *, with_times: bool = True
    ) -> dict[Any, Sums]:
        """Return the sums of each value of a dimension that has any; one query."""
        self._require(dimension)
        return self._sums(kinds, period, F(dimension), with_times=with_times)

    def total(self, kinds: Iterable[str], period: Period, *, with_times: bool = True) -> Sums:
        """Return the sums of a period; one query."""
        found = self._sums(kinds, period, NOTHING, with_times=with_times)
        return found.get(None, Sums())

    def open_at(self, instant: datetime, by: str = "") -> dict[Any, int]:
        """Return how many tickets were open at an instant, by a dimension or, under None, all; two queries.

        Counted backwards from the tickets open now, so the later the instant, the cheaper. Exact at quarters
        of an hour.
        """
        if by:
            self._require(by)
        open_now = self.tickets.filter(
            **{COLUMNS.get(name, name): value for name, value in self.filters.items()}
        )
        counts: Counter[Any] = Counter(dict(open_now.open_by(COLUMNS.get(by, by))))
        since = self.figures.filter(**self.filters).filter(at__gte=instant)
        for key, sums in since.summed(
            ["opened", "solved"], F(by) if by else NOTHING, with_times=False
        ).items():
            counts[key] += sums.get("solved_count", 0) - sums.get("opened_count", 0)
        return counts

    def _sums(
        self, kinds: Iterable[str], period: Period, by: Combinable, *, with_times: bool = True
    ) -> dict[Any, Sums]:
        figures = self.figures.filter(**self.filters).between(period.begins, period.ends)
        rows = figures.summed(kinds, by, with_times=with_times)
        return {key: Sums(values) for key, values in rows.items()}

    def _require(self, dimension: str) -> None:
        if dimension not in self.dimensions:
            raise PermissionDenied
