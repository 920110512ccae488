"""What reports are read from: facts counted by day, kept beside the tickets that they come from."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from orgs.models import Organization, User
from tickets.models.catalogue import Product
from tickets.reports.querysets import FiguresQuerySet
from tickets.states import Severity


def _times() -> ArrayField:
    """How many durations fell into each of ``tickets.reports.durations.BUCKETS``; NULL is none at all."""
    return ArrayField(models.IntegerField(), null=True)


class Measures(models.Model):
    """Facts of one day that can be added up, over days and over whatever else they are cut by.

    A response counts as given and as in time on the day it was given, and as missed on the day its target
    was missed, so a day that is over stays as it is. What was best effort is counted apart, and is never
    missed. Durations are in seconds, nights and weekends included.
    """

    day = models.DateField(help_text="In UTC")
    tier = models.CharField(max_length=50)
    severity = models.CharField(max_length=10, choices=Severity)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")

    opened = models.IntegerField(default=0)
    solved = models.IntegerField(default=0)
    solve_seconds = models.BigIntegerField(default=0)
    solve_times = _times()

    first_given = models.IntegerField(default=0)
    first_in_time = models.IntegerField(default=0)
    first_missed = models.IntegerField(default=0)
    first_seconds = models.BigIntegerField(default=0)
    first_times = _times()
    first_best_effort = models.IntegerField(default=0)
    first_best_effort_seconds = models.BigIntegerField(default=0)

    next_given = models.IntegerField(default=0)
    next_in_time = models.IntegerField(default=0)
    next_missed = models.IntegerField(default=0)
    next_seconds = models.BigIntegerField(default=0)
    next_times = _times()
    next_best_effort = models.IntegerField(default=0)
    next_best_effort_seconds = models.BigIntegerField(default=0)

    rated_1 = models.IntegerField(default=0)
    rated_2 = models.IntegerField(default=0)
    rated_3 = models.IntegerField(default=0)
    rated_4 = models.IntegerField(default=0)
    rated_5 = models.IntegerField(default=0)

    escalated = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    taken_in_time = models.IntegerField(default=0)
    taken_late = models.IntegerField(default=0)
    take_seconds = models.BigIntegerField(default=0)

    objects = FiguresQuerySet.as_manager()

    class Meta:
        abstract = True


class DailyFigures(Measures):
    """The facts of one day, organization, tier, severity, product and agent (or none).

    A response belongs to whoever gave it, an escalation to whoever took it, everything else to the
    ticket's assignee.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = "daily figures"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "organization", "tier", "severity", "product", "agent"],
                name="daily_figures_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["organization", "day"], name="daily_figures_of_org"),
            models.Index(fields=["agent", "day"], name="daily_figures_of_agent"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.organization} {self.tier} {self.severity} {self.product} {self.agent}"


class DailyTotals(Measures):
    """The same over all organizations and agents: a hundredth of the rows, for what does not ask for them."""

    class Meta:
        verbose_name_plural = "daily totals"
        constraints = [
            models.UniqueConstraint(fields=["day", "tier", "severity", "product"], name="daily_totals_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.tier} {self.severity} {self.product}"


class DirtyDay(models.Model):
    """A day on which something changed since its figures were counted."""

    day = models.DateField(primary_key=True)

    def __str__(self) -> str:
        return str(self.day)
