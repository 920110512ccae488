"""Support tiers, and the tier of each organization over time."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from billing.models.calendars import SupportCalendar
from billing.models.groups import BillingGroup
from billing.proration import Price
from orgs.models import Organization, validate_time_zone


class SupportTierQuerySet(models.QuerySet):
    def for_matrix(self) -> Self:
        """With everything that entitlements need, smallest tier first; three queries."""
        return self.select_related("calendar").prefetch_related("targets", "calendar__versions")


class SupportTier(models.Model):
    """A tier that can be bought. Prices are per month, in the currency of prices (``PRICE_CURRENCY``).

    The larger of minimum and percentage applies.
    """

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(unique=True)
    calendar = models.ForeignKey(SupportCalendar, on_delete=models.PROTECT, related_name="tiers")
    has_phone = models.BooleanField(default=False, help_text="Phone support for Critical tickets")
    allows_custom_sla = models.BooleanField(default=False, help_text="Whether a custom SLA can be agreed")
    minimum_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    percentage = models.DecimalField(
        max_digits=5, decimal_places=2, default=0, help_text="Of service charges"
    )

    objects = SupportTierQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_amount__gte=0) & Q(percentage__gte=0), name="tier_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def price(self) -> Price:
        return Price(self.minimum_amount, self.percentage)

    @property
    def is_free(self) -> bool:
        """Whether it is included with any paid service."""
        return self.price.is_free


SEVERITIES = (("low", "Low"), ("high", "High"), ("critical", "Critical"))


class TargetKind(models.TextChoices):
    FIRST_RESPONSE = "first_response", "First response"
    NEXT_RESPONSE = "next_response", "Next response"
    NEXT_UPDATE = "next_update", "Next update"


class SlaTarget(models.Model):
    """A tier's target of one kind for one severity.

    Without a target of its own, the next response has that of the first response, and the next update none.
    A target is either ``minutes`` of support time or, as best effort, the end of a business day:
    ``business_days`` 0 is the same day, 1 the next.
    """

    tier = models.ForeignKey(SupportTier, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=20, choices=TargetKind, default=TargetKind.FIRST_RESPONSE)
    severity = models.CharField(max_length=10)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    business_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tier", "kind", "severity"], name="target_once"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=False, business_days__isnull=True)
                | Q(minutes__isnull=True, business_days__isnull=False),
                name="target_minutes_or_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.kind} {self.severity}"


class TierPeriodQuerySet(models.QuerySet):
    def paid(self) -> Self:
        """Periods on a tier that costs something."""
        return self.exclude(minimum_amount=0, percentage=0)

    def at(self, instant: datetime | Func) -> Self:
        """Periods that cover an instant: at most one per organization."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=instant), started_at__lte=instant)


class TierPeriod(models.Model):
    """An organization on a tier from ``started_at`` until ``ended_at``, which is null for the current tier.

    Price and billing group are the agreed ones and don't change with the tier's price. The database ensures
    that periods of an organization don't overlap, and that the group belongs to the organization.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tier_periods")
    tier = models.ForeignKey(SupportTier, on_delete=models.PROTECT, related_name="periods")
    billing_group = models.ForeignKey(
        BillingGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="tier_periods"
    )
    minimum_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    percentage = models.DecimalField(max_digits=5, decimal_places=2, default=0)
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
            models.CheckConstraint(
                condition=Q(minimum_amount=0, percentage=0)
                | Q(minimum_amount__gte=0, percentage__gte=0, billing_group__isnull=False),
                name="tier_period_charged_to_a_group",
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

    @property
    def price(self) -> Price:
        return Price(self.minimum_amount, self.percentage)


class CustomSla(models.Model):
    """Targets agreed with an organization; they replace those of its tier if the tier allows it."""

    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, related_name="custom_sla")
    calendar = models.ForeignKey(SupportCalendar, on_delete=models.PROTECT, related_name="custom_slas")
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    document_url = models.URLField(max_length=500, help_text="Where the signed agreement is stored")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "custom SLA"

    def __str__(self) -> str:
        return f"Custom SLA of {self.organization}"


class CustomSlaTarget(models.Model):
    """The first-response target of a custom SLA for one severity, in minutes of support time."""

    sla = models.ForeignKey(CustomSla, on_delete=models.CASCADE, related_name="targets")
    severity = models.CharField(max_length=10)
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sla", "severity"], name="custom_target_once"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="custom_target_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.severity}: {self.minutes} min"
