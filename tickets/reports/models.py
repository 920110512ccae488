"""What reports are read from: facts of tickets, counted by day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
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

    def between(self, begins: datetime, ends: datetime) -> Self:
        """Filter by time, the end excluded."""
        return self.filter(at__gte=begins, at__lt=ends)

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


class Figures(models.Model):
    """Facts of one kind in one quarter of an hour, as numbers that can be added up.

    A quarter of an hour, because days begin at one in every time zone. A response counts in ``count`` and
    ``in_time`` at its own time, and in ``missed`` when its target was missed, so the past doesn't change.
    Best effort is a separate kind and is never missed. “Raised” are targets that weren't missed, but would
    have been if they had counted from the start. ``seconds`` is the sum of the durations, nights and
    weekends included; ``bucket`` is the bucket of ``tickets.reports.durations`` they are in, and empty for
    facts without a duration. The agent is who responded or acknowledged the escalation, and otherwise the
    ticket's assignee, if any.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=FactKind)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    tier = models.CharField(max_length=50)
    severity = models.CharField(max_length=10, choices=Severity)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    bucket = models.SmallIntegerField(null=True)
    count = models.IntegerField()
    in_time = models.IntegerField()
    missed = models.IntegerField()
    seconds = models.BigIntegerField()

    objects = FiguresQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "figures"
        indexes = [
            models.Index(fields=["kind", "at"], name="figures_of_kind"),
            models.Index(fields=["at"], name="figures_of_time"),
            models.Index(fields=["organization", "kind", "at"], name="figures_of_org"),
            models.Index(fields=["agent", "kind", "at"], name="figures_of_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} of {self.organization}"


class DirtyDay(models.Model):
    """A day, in UTC, whose figures must be counted again, because something on it changed."""

    day = models.DateField(primary_key=True)

    def __str__(self) -> str:
        return str(self.day)
