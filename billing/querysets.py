"""Reads with names."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

if TYPE_CHECKING:
    from orgs.models import Organization


class SupportTierQuerySet(models.QuerySet):
    def for_matrix(self) -> Self:
        """From the smallest to the largest, with all that an entitlement is made of: three queries."""
        return self.select_related("calendar").prefetch_related("targets", "calendar__versions")


class TierPeriodQuerySet(models.QuerySet):
    def at(self, instant: datetime) -> Self:
        """Periods that cover an instant; at most one an organization."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=instant), started_at__lte=instant)


class TierChangeQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Requested or in set-up."""
        return self.filter(status__in=["requested", "in_setup"])

    def for_list(self) -> Self:
        """With everything that a row of a list shows."""
        return self.select_related("organization", "from_tier", "to_tier", "billing_group", "requested_by")


class ServiceChargeQuerySet(models.QuerySet):
    def of_organization(self, organization: Organization) -> Self:
        return self.filter(service__project__unit__organization=organization)

    def total_of(self, month: date) -> Decimal:
        """The sum of a month; zero where nothing was charged."""
        of_month = self.filter(charged_on__year=month.year, charged_on__month=month.month)
        return of_month.aggregate(total=Sum("amount"))["total"] or Decimal(0)

    def by_month_and_project(self) -> dict[date, dict[int, Decimal]]:
        """Sums by first day of the month, then by project id; one query."""
        found: dict[date, dict[int, Decimal]] = {}
        rows = self.annotate(month=TruncMonth("charged_on")).values_list("month", "service__project")
        for month, project, total in rows.annotate(total=Sum("amount")).order_by("month", "service__project"):
            found.setdefault(month, {})[project] = total
        return found
