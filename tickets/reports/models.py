"""What reports are read from: facts of tickets, counted by day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, SmallIntegerField, Sum, Value
from django.db.models.expressions import Combinable

from orgs.actor import Actor
from orgs.models import Organization, User
from orgs.roles import Capability
from tickets.models.catalog import Product
from tickets.states import Severity


class FactKind(models.TextChoices):
    OPENED = "opened"
    SOLVED = "solved"
    FIRST = "first"
    FIRST_BEST_EFFORT = "first_best_effort"
    FIRST_RAISED = "first_raised"
    NEXT = "next"
    NEXT_BEST_EFFORT = "next_best_effort"
    NEXT_RAISED = "next_raised"
    RATED_1 = "rated_1"
    RATED_2 = "rated_2"
    RATED_3 = "rated_3"
    RATED_4 = "rated_4"
    RATED_5 = "rated_5"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"


class FiguresQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Return all for staff, and for others those of organizations of which they see all tickets."""
        if actor.can(Capability.SEE_REPORTS):
            return self.all()
        return self.filter(organization__in=actor.organizations_with(Capability.SEE_ALL_TICKETS))

    def between(self, first: date, last: date) -> Self:
        """Filter by day, both ends included."""
        return self.filter(day__gte=first, day__lte=last)

    def summed(
        self, kinds: Iterable[str], by: Combinable, *, with_times: bool = True
    ) -> dict[Any, dict[str, int]]:
        """Sum facts of some kinds up for each value of ``by``; one query.

        The sums are named after kind and measure: ``first_count``, ``first_in_time``, ``first_missed``,
        ``first_seconds``, and ``with_times`` also ``first_times_3``, the number in the fourth bucket.
        """
        bucket = F("bucket") if with_times else Value(None, output_field=SmallIntegerField())
        rows = self.filter(kind__in=kinds).order_by().annotate(by=by, into=bucket)
        sums: defaultdict[Any, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for key, kind, at, *values in rows.values_list("by", "kind", "into").annotate(
            Sum("count"), Sum("in_time"), Sum("missed"), Sum("seconds")
        ):
            of_key = sums[key]
            for measure, value in zip(("count", "in_time", "missed", "seconds"), values, strict=True):
                of_key[f"{kind}_{measure}"] += value
            if at is not None:
                of_key[f"{kind}_times_{at}"] += values[0]
        return {key: dict(values) for key, values in sums.items()}


class Counts(models.Model):
    """Facts of one kind on one day, as numbers that can be added up.

    A response counts in ``count`` and ``in_time`` on its own day, and in ``missed`` on the day its target was
    missed, so past days don't change. Best effort is a separate kind and is never missed. “Raised” are
    targets that weren't missed, but would have been if they had counted from the start.
    ``seconds`` is the sum of the durations, nights and weekends included; ``bucket`` is the bucket of
    ``tickets.reports.durations`` they are in, and empty for facts without a duration.
    """

    day = models.DateField(help_text="In UTC")
    kind = models.CharField(max_length=20, choices=FactKind)
    tier = models.CharField(max_length=50)
    severity = models.CharField(max_length=10, choices=Severity)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    bucket = models.SmallIntegerField(null=True)
    count = models.IntegerField()
    in_time = models.IntegerField()
    missed = models.IntegerField()
    seconds = models.BigIntegerField()

    objects = FiguresQuerySet.as_manager()

    class Meta:
        abstract = True


class DailyFigures(Counts):
    """Facts by organization and agent as well.

    The agent is who responded or acknowledged the escalation, and otherwise the ticket's assignee, if any.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        verbose_name_plural = "daily figures"
        indexes = [
            models.Index(fields=["day", "kind"], name="figures_of_day"),
            models.Index(fields=["organization", "kind", "day"], name="figures_of_org"),
            models.Index(fields=["agent", "kind", "day"], name="figures_of_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} of {self.organization}"


class DailyTotals(Counts):
    """The same over all organizations and agents: far fewer rows, for reports that need neither."""

    class Meta:
        verbose_name_plural = "daily totals"
        indexes = [models.Index(fields=["day", "kind"], name="totals_of_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class DirtyDay(models.Model):
    """A day whose figures must be counted again, because something on it changed."""

    day = models.DateField(primary_key=True)

    def __str__(self) -> str:
        return str(self.day)
