"""What services cost, as the platform tells it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncMonth

from billing.querysets import ServiceChargeQuerySet
from orgs.models import Service


class ServiceCharge(models.Model):
    """What one service cost on one day, in the currency of prices (``PRICE_CURRENCY``)."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="charges")
    charged_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    objects = ServiceChargeQuerySet.as_manager()

    class Meta:
        ordering = ["-charged_on"]
        constraints = [
            models.UniqueConstraint(fields=["service", "charged_on"], name="charge_once_a_day"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="charge_not_negative"),
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
            models.CheckConstraint(condition=Q(month=TruncMonth("month")), name="rate_month_is_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} {self.currency} in {self.month:%B %Y}"
