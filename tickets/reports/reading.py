"""The door to figures: what a person may read, and summed up how."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, IntegerField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncMonth, TruncWeek

from billing.entitlements import tier_choices
from orgs.access import require
from orgs.actor import Actor
from orgs.models import Organization, User
from orgs.roles import Capability
from tickets.models.catalog import Product
from tickets.models.ticket import Ticket, TicketQuerySet
from tickets.reports.durations import BUCKETS
from tickets.reports.models import DailyFigures, DailyTotals
from tickets.reports.period import Period
from tickets.reports.querysets import FiguresQuerySet
from tickets.states import Severity

# What figures can be cut and filtered by, and what totals no longer know.
DIMENSIONS = ("tier", "severity", "product", "organization", "agent")
NOTHING = Value(None, output_field=IntegerField())
ONLY_IN_FIGURES = {"organization", "agent"}
# What a dimension is called on a ticket, where it is called otherwise.
COLUMNS = {"agent": "assignee"}


@dataclass(frozen=True)
class Sums:
    """Facts that were added up, by the names of ``FiguresQuerySet.summed``; what is not there is nothing."""

    values: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.values.get(name, 0)

    def __add__(self, other: "Sums") -> "Sums":
        names = self.values.keys() | other.values.keys()
        return Sums({name: self[name] + other[name] for name in names})

    def having(self, **values: int) -> "Sums":
        """With more or other values."""
        return Sums({**self.values, **values})

    def times(self, kind: str) -> list[int]:
        """How many durations of a kind fell into each bucket."""
        return [self[f"{kind}_times_{at}"] for at in range(BUCKETS)]


@dataclass(frozen=True)
class Reading:
    """Figures that a person may read, what they may be cut by, and the filters in force.

    ``totals`` answer what asks neither for organizations nor for agents; only staff have them.
    """

    tickets: TicketQuerySet
    figures: FiguresQuerySet
    totals: FiguresQuerySet | None
    dimensions: tuple[str, ...]
    filters: Mapping[str, Any] = field(default_factory=dict)

    def only(self, filters: Mapping[str, Any]) -> "Reading":
        """With filters; ``PermissionDenied`` for one that the person may not cut by."""
        for name in filters:
            self._require(name)
        return replace(self, filters=filters)

    def by_day(self, kinds: Iterable[str], period: Period) -> dict[date, Sums]:
        """The sums of each day that has any, without times; one query."""
        return self._sums(self._source(), kinds, period, F("day"), with_times=False)

    def by_step(self, kinds: Iterable[str], period: Period) -> dict[date, Sums]:
        """The sums of each step of a period that has any, by its first day; one query."""
        steps: dict[str, Combinable] = {"day": F("day"), "week": TruncWeek("day"), "month": TruncMonth("day")}
        found = self._sums(self._source(), kinds, period, steps[period.unit])
        return {max(day, period.first): sums for day, sums in found.items()}

    def by(
        self, dimension: str, kinds: Iterable[str], period: Period, *, with_times: bool = True
    ) -> dict[Any, Sums]:
        """The sums of each value of a dimension that has any; one query."""
        self._require(dimension)
        return self._sums(self._source(dimension), kinds, period, F(dimension), with_times=with_times)

    def total(self, kinds: Iterable[str], period: Period, *, with_times: bool = True) -> Sums:
        """The sums of a period; one query."""
        found = self._sums(self._source(), kinds, period, NOTHING, with_times=with_times)
        return found.get(None, Sums())

    def open_before(self, day: date, by: str = "") -> dict[Any, int]:
        """How many tickets were open when a day began, by a dimension or, under None, all; two queries.

        Told backwards, from what is open now and what was opened and solved since, so that it costs the
        less the later the day.
        """
        if by:
            self._require(by)
        open_now = self.tickets.filter(
            **{COLUMNS.get(name, name): value for name, value in self.filters.items()}
        )
        counts: Counter[Any] = Counter(dict(open_now.open_by(COLUMNS.get(by, by))))
        since = self._source(by).filter(day__gte=day)
        for key, sums in since.summed(
            ["opened", "solved"], F(by) if by else NOTHING, with_times=False
        ).items():
            counts[key] += sums.get("solved_count", 0) - sums.get("opened_count", 0)
        return counts

    def _sums(
        self,
        source: FiguresQuerySet,
        kinds: Iterable[str],
        period: Period,
        by: Combinable,
        *,
        with_times: bool = True,
    ) -> dict[Any, Sums]:
        rows = source.between(period.first, period.last).summed(kinds, by, with_times=with_times)
        return {key: Sums(values) for key, values in rows.items()}

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
    figures, totals = DailyFigures.objects.visible_to(actor), DailyTotals.objects.all()
    return Reading(Ticket.objects.all(), figures, totals, DIMENSIONS)


def reading_of(actor: Actor, organization: Organization) -> Reading:
    """One organization's figures, for its admins: not by agent, since staff are not theirs to count."""
    figures = DailyFigures.objects.visible_to(actor).filter(organization=organization)
    tickets = Ticket.objects.visible_to(actor).of(organization)
    return Reading(tickets, figures, None, ("tier", "severity", "product"))
