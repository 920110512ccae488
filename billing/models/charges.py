"""Service charges and exchange rates."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from orgs.models import Organization, Service
from supportcenter.bounds import FIRST_DAY, LAST_DAY


class ServiceChargeQuerySet(models.QuerySet):
    def of_organization(self, organization: Organization) -> Self:
        return self.filter(service__project__unit__organization=organization)

    def total_of(self, month: date) -> Decimal:
        """Return the total of a month; zero if nothing was charged."""
        of_month = self.filter(charged_on__year=month.year, charged_on__month=month.month)
        return of_month.aggregate(total=Sum("amount"))["total"] or Decimal(0)

    def months(self, organizations: Iterable[int]) -> Iterable[tuple[int, date]]:
        """Return organization id and month of every month in which an organization was charged."""
        charged = self.filter(service__project__unit__organization__in=organizations, amount__gt=0)
        rows = charged.annotate(month=TruncMonth("charged_on")).order_by()
        return rows.values_list("service__project__unit__organization", "month").distinct()

    def monthly_totals(self, organizations: Iterable[int]) -> Iterable[tuple[int, date, int, Decimal]]:
        """Return organization id, month, project id and total of every month; one query."""
        owner = "service__project__unit__organization"
        rows = self.filter(**{f"{owner}__in": organizations}).annotate(month=TruncMonth("charged_on"))
        totals = rows.values_list(owner, "month", "service__project").annotate(total=Sum("amount"))
        return totals.order_by("month", "service__project")


class ServiceCharge(models.Model):
    """The cost of one service on one day, in the currency of prices (``PRICE_CURRENCY``)."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="charges")
    charged_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    objects = ServiceChargeQuerySet.as_manager()

    class Meta:
        ordering = ["-charged_on"]
        constraints = [
            models.UniqueConstraint(fields=["service", "charged_on"], name="charge_once_a_day"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="charge_not_negative"),
            models.CheckConstraint(
                condition=Q(charged_on__range=(FIRST_DAY, LAST_DAY)), name="charge_day_within_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.charged_on}: {self.amount}"


class ExchangeRate(models.Model):
    """How much of a currency one unit of the currency of prices is worth, for the invoices of a month."""

    currency = models.CharField(max_length=3)
    month = models.DateField(help_text="First day of the month")
    rate = models.DecimalField(max_digits=14, decimal_places=6)

    class Meta:
        ordering = ["-month", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "month"], name="rate_once_a_month"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
            models.CheckConstraint(
                condition=Q(month__range=(FIRST_DAY, LAST_DAY)), name="rate_month_within_bounds"
            ),
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="rate_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} {self.currency} in {self.month:%B %Y}"
