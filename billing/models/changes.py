"""Changes of the support tier."""

from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier
from orgs.models import Organization


class ChangeStatus(models.TextChoices):
    REQUESTED = "requested", "Requested"
    IN_SETUP = "in_setup", "In setup"
    ACTIVE = "active", "Active"
    CANCELED = "canceled", "Canceled"
    REFUSED = "refused", "Refused"


OPEN = (ChangeStatus.REQUESTED, ChangeStatus.IN_SETUP)


class TierChangeQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Requested or in setup."""
        return self.filter(status__in=OPEN)

    def for_list(self) -> Self:
        """With everything that a list shows."""
        return self.select_related("organization", "from_tier", "to_tier", "billing_group", "requested_by")


class TierChange(models.Model):
    """A request for another tier: requested → in setup → active, or canceled, or refused.

    ``quote`` is what the admin confirmed, with every input. A paid tier has a promised date; a change to the
    free one has the instant ``effective_at`` at which it takes effect automatically. A constraint allows at
    most one open change per organization.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tier_changes")
    from_tier = models.ForeignKey(SupportTier, on_delete=models.PROTECT, related_name="+")
    to_tier = models.ForeignKey(SupportTier, on_delete=models.PROTECT, related_name="+")
    billing_group = models.ForeignKey(BillingGroup, on_delete=models.PROTECT, related_name="tier_changes")
    status = models.CharField(max_length=10, choices=ChangeStatus, default=ChangeStatus.REQUESTED)
    quote = models.JSONField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="requested_tier_changes"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    promised_on = models.DateField(null=True, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)
    setup_started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)
    overdue_notified_at = models.DateTimeField(null=True, blank=True)

    objects = TierChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(status__in=OPEN), name="one_open_tier_change"
            ),
            models.CheckConstraint(
                condition=Q(promised_on__isnull=False, effective_at__isnull=True)
                | Q(promised_on__isnull=True, effective_at__isnull=False),
                name="tier_change_promised_or_effective",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN, ended_at__isnull=True)
                | (~Q(status__in=OPEN) & Q(ended_at__isnull=False)),
                name="tier_change_ended_with_status",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(reason=""), name="tier_change_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.from_tier} → {self.to_tier}"

    def get_absolute_url(self) -> str:
        return reverse("billing:tier_change", args=[self.organization.slug, self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is open past its promised date, in the organization's time zone."""
        today = now.astimezone(ZoneInfo(self.organization.time_zone)).date()
        return bool(self.is_open and self.promised_on and self.promised_on < today)

    @property
    def is_scheduled(self) -> bool:
        """Whether it takes effect automatically, at the end of a month."""
        return self.effective_at is not None
