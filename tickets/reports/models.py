"""What reports are read from: facts counted by day, kept beside the tickets that they come from."""

from django.db import models

from orgs.models import Organization, User
from tickets.models.catalog import Product
from tickets.reports.querysets import FiguresQuerySet
from tickets.states import Severity


class FactKind(models.TextChoices):
    OPENED = "opened"
    SOLVED = "solved"
    FIRST = "first"
    FIRST_BEST_EFFORT = "first_best_effort"
    NEXT = "next"
    NEXT_BEST_EFFORT = "next_best_effort"
    RATED_1 = "rated_1"
    RATED_2 = "rated_2"
    RATED_3 = "rated_3"
    RATED_4 = "rated_4"
    RATED_5 = "rated_5"
    ESCALATED = "escalated"
    TAKEN = "taken"


class Counts(models.Model):
    """Facts of one kind on one day, in numbers that can be added up.

    A response is in ``count`` and ``in_time`` on the day it was given, and in ``missed`` on the day its
    target was missed, so a day that is over stays as it is. What was best effort is a kind apart, and never
    missed. ``seconds`` is the sum of the durations, nights and weekends included; ``bucket`` says which of
    ``tickets.reports.durations`` each of them fell into, and is empty where there is none.
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
    """Facts by organization and agent too: a response is of whoever gave it, an escalation of whoever took
    it, all else of the ticket's assignee, or of nobody.
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
    """The same over all organizations and agents: far fewer rows, for what does not ask for them."""

    class Meta:
        verbose_name_plural = "daily totals"
        indexes = [models.Index(fields=["day", "kind"], name="totals_of_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class DirtyDay(models.Model):
    """A day on which something changed since its figures were counted."""

    day = models.DateField(primary_key=True)

    def __str__(self) -> str:
        return str(self.day)
