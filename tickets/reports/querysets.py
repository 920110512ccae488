"""Figures as they are read: who may see which, in which period, summed up how."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Sum

from orgs.actor import Actor
from orgs.roles import Capability
from tickets.reports.durations import BUCKETS


class FiguresQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """All for staff; otherwise those of the organizations whose tickets the person all sees."""
        if actor.can(Capability.SEE_REPORTS):
            return self.all()
        return self.filter(organization__in=actor.organizations_with(Capability.SEE_ALL_TICKETS))

    def between(self, first: date, last: date) -> Self:
        """Both days included."""
        return self.filter(day__gte=first, day__lte=last)

    def summed(self, measures: Iterable[str], by: str = "") -> list[tuple[Any, dict[str, int]]]:
        """The sums of some measures for each value of ``by``, or one of all; one query.

        A measure ``x_times`` comes as ``x_times_0``, ``x_times_1`` … for its buckets.
        """
        sums: dict[str, Sum] = {}
        for name in measures:
            if name.endswith("_times"):
                sums |= {f"sum_{name}_{at}": Sum(F(f"{name}__{at}"), default=0) for at in range(BUCKETS)}
            else:
                sums[f"sum_{name}"] = Sum(name, default=0)
        if not by:
            return [(None, _named(self.order_by().aggregate(**sums)))]
        rows = self.order_by().values(by).annotate(**sums)
        return [(row.pop(by), _named(row)) for row in rows]


def _named(row: dict[str, int]) -> dict[str, int]:
    """By the names of the measures; a sum may not be called like the column."""
    return {name.removeprefix("sum_"): value for name, value in row.items()}
