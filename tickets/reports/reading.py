"""The door to figures: what a person may read, and summed up how."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from billing.entitlements import tier_choices
from orgs.access import require
from orgs.actor import Actor
from orgs.models import Organization, User
from orgs.roles import Capability
from tickets.models import DailyFigures, DailyTotals, Product
from tickets.reports.durations import BUCKETS
from tickets.reports.period import Period
from tickets.reports.querysets import FiguresQuerySet
from tickets.states import Severity

# What figures can be cut and filtered by, and what totals no longer know.
DIMENSIONS = ("tier", "severity", "product", "organization", "agent")
ONLY_IN_FIGURES = {"organization", "agent"}


@dataclass(frozen=True)
class Sums:
    """Measures that were added up; what is not there is nothing."""

    values: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.values.get(name, 0)

    def __add__(self, other: "Sums") -> "Sums":
        names = self.values.keys() | other.values.keys()
        return Sums({name: self[name] + other[name] for name in names})

    def having(self, **values: int) -> "Sums":
        """With more or other values."""
        return Sums({**self.values, **values})

    def times(self, name: str) -> list[int]:
        """The buckets of a measure of durations."""
        return [self[f"{name}_{at}"] for at in range(BUCKETS)]


@dataclass(frozen=True)
class Reading:
    """Figures that a person may read, what they may be cut by, and the filters in force.

    ``totals`` answer what asks neither for organizations nor for agents; only staff have them.
    """

    figures: FiguresQuerySet
    totals: FiguresQuerySet | None
    dimensions: tuple[str, ...]
    filters: Mapping[str, Any] = field(default_factory=dict)

    def only(self, filters: Mapping[str, Any]) -> "Reading":
        """With filters; ``PermissionDenied`` for one that the person may not cut by."""
        for name in filters:
            self._require(name)
        return Reading(self.figures, self.totals, self.dimensions, filters)

    def by_day(self, measures: Iterable[str], period: Period) -> dict[date, Sums]:
        """The sums of each day that has any; one query."""
        return self._sums(self._source(), measures, period, "day")

    def by(self, dimension: str, measures: Iterable[str], period: Period) -> dict[Any, Sums]:
        """The sums of each value of a dimension that has any; one query."""
        self._require(dimension)
        return self._sums(self._source(dimension), measures, period, dimension)

    def total(self, measures: Iterable[str], period: Period) -> Sums:
        """The sums of a period; one query."""
        return self._sums(self._source(), measures, period)[None]

    def open_before(self, day: date, by: str = "") -> dict[Any, int]:
        """How many tickets were open when a day began: all opened before, less all solved; one query."""
        if by:
            self._require(by)
        rows = self._source(by).filter(Q(opened__gt=0) | Q(solved__gt=0), day__lt=day)
        return {key: sums["opened"] - sums["solved"] for key, sums in rows.summed(["opened", "solved"], by)}

    def _sums(
        self, source: FiguresQuerySet, measures: Iterable[str], period: Period, by: str = ""
    ) -> dict[Any, Sums]:
        rows = source.between(period.first, period.last).summed(measures, by)
        return {key: Sums(values) for key, values in rows}

    def _source(self, dimension: str = "") -> FiguresQuerySet:
        """The smaller of the two tables that can answer, filtered."""
        needs_figures = ONLY_IN_FIGURES & {dimension, *self.filters}
        source = self.figures if needs_figures or self.totals is None else self.totals
        return source.filter(**self.filters)

    def _require(self, dimension: str) -> None:
        if dimension not in self.dimensions:
            raise PermissionDenied


def names_for(reading: Reading) -> dict[str, dict[Any, str]]:
    """For each dimension that may be cut by: its values in words; four queries, two for customers."""
    names: dict[str, dict[Any, str]] = {
        "tier": dict(tier_choices()),
        "severity": dict(Severity.choices),
        "product": {each.pk: each.name for each in Product.objects.all()},
    }
    if "organization" in reading.dimensions:
        names["organization"] = dict(Organization.objects.order_by("name").values_list("pk", "name"))
    if "agent" in reading.dimensions:
        staff = User.objects.exclude(staff_role="").order_by("name")
        names["agent"] = dict(staff.values_list("pk", "name"))
    return names


def reading_of_staff(actor: Actor) -> Reading:
    """All figures, for staff."""
    require(actor, Capability.SEE_REPORTS)
    return Reading(DailyFigures.objects.visible_to(actor), DailyTotals.objects.all(), DIMENSIONS)


def reading_of(actor: Actor, organization: Organization) -> Reading:
    """One organization's figures, for its admins: not by agent, since staff are not theirs to count."""
    figures = DailyFigures.objects.visible_to(actor).filter(organization=organization)
    return Reading(figures, None, ("tier", "severity", "product"))
