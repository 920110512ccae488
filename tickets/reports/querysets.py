"""Figures as they are read: who may see which, in which period, summed up how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, SmallIntegerField, Sum, Value
from django.db.models.expressions import Combinable

from orgs.actor import Actor
from orgs.roles import Capability


class FiguresQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """All for staff; otherwise those of the organizations whose tickets the person all sees."""
        if actor.can(Capability.SEE_REPORTS):
            return self.all()
        return self.filter(organization__in=actor.organizations_with(Capability.SEE_ALL_TICKETS))

    def between(self, first: date, last: date) -> Self:
        """Both days included."""
        return self.filter(day__gte=first, day__lte=last)

    def summed(
        self, kinds: Iterable[str], by: Combinable, *, with_times: bool = True
    ) -> dict[Any, dict[str, int]]:
        """What facts of some kinds come to, for each value of ``by``; one query.

        The sums are named after kind and measure: ``first_count``, ``first_in_time``, ``first_missed``,
        ``first_seconds``, and ``with_times`` also ``first_times_3`` for how many fell into the fourth bucket.
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
