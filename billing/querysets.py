"""Reads with names."""

from __future__ import annotations

from collections.abc import Iterable
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
    def paid(self) -> Self:
        """Periods on a tier that costs something."""
        return self.exclude(minimum_amount=0, percentage=0)

    def at(self, instant: datetime) -> Self:
        """Periods that cover an instant; at most one an organization."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=instant), started_at__lte=instant)


class TierChangeQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Requested or in setup."""
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

    def months(self, organizations: Iterable[int]) -> Iterable[tuple[int, date]]:
        """Rows of organization id and month, one for each month in which an organization was charged."""
        charged = self.filter(service__project__unit__organization__in=organizations, amount__gt=0)
        rows = charged.annotate(month=TruncMonth("charged_on")).order_by()
        return rows.values_list("service__project__unit__organization", "month").distinct()

    def monthly_totals(self, organizations: Iterable[int]) -> Iterable[tuple[int, date, int, Decimal]]:
        """Rows of organization id, month, project id and sum; one query."""
        owner = "service__project__unit__organization"
        rows = self.filter(**{f"{owner}__in": organizations}).annotate(month=TruncMonth("charged_on"))
        totals = rows.values_list(owner, "month", "service__project").annotate(total=Sum("amount"))
        return totals.order_by("month", "service__project")
