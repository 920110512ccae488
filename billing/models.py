"""Support tiers as data, and which organization had which tier when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from billing.calendars import Hours
from billing.querysets import TierPeriodQuerySet
from orgs.models import Organization


class SupportTier(models.Model):
    """What can be bought. Prices are per month, in euro; the larger of minimum and percentage applies."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(unique=True)
    hours = models.CharField(max_length=10, choices=Hours)
    has_phone = models.BooleanField(default=False, help_text="Phone support for Critical tickets")
    minimum_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    percentage = models.DecimalField(
        max_digits=5, decimal_places=2, default=0, help_text="Of service charges"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_amount__gte=0) & Q(percentage__gte=0), name="tier_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SlaTarget(models.Model):
    """A tier's first-response promise for one severity.

    Either ``minutes`` of support time, or, as best effort, the end of a business day: ``business_days`` 0 is
    the same day, 1 the next.
    """

    tier = models.ForeignKey(SupportTier, on_delete=models.CASCADE, related_name="targets")
    severity = models.CharField(max_length=10)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    business_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tier", "severity"], name="target_once"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=False, business_days__isnull=True)
                | Q(minutes__isnull=True, business_days__isnull=False),
                name="target_minutes_or_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.severity}"


class TierPeriod(models.Model):
    """One organization on one tier from ``started_at`` until ``ended_at`` (open end: today's tier).

    The database keeps periods of an organization from overlapping.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="tier_periods")
    tier = models.ForeignKey(SupportTier, on_delete=models.PROTECT, related_name="periods")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TierPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")),
                name="tier_period_forward",
            ),
            ExclusionConstraint(
                name="one_tier_at_any_instant",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    (
                        Func(F("started_at"), F("ended_at"), Value("[)"), function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.tier} since {self.started_at:%Y-%m-%d}"


class BillingGroup(models.Model):
    """Where costs of an organization are charged: one currency, one invoice a month."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="billing_groups")
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="EUR")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="billing_group_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"
