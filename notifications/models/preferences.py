"""How each person wants mail about tickets."""

from datetime import time
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notifications.models.messages import EmailMessage, Reason
from notifications.querysets import SuppressionQuerySet
from orgs.models import User


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", "At once"
    HOURLY = "hourly", "A digest every hour"
    DAILY = "daily", "A digest once a day"
    OFF = "off", "No mail about tickets"


class MailPreferences(models.Model):
    """A person's wishes; without a row, everything at once. Times are in the person's time zone.

    During the quiet hours only mail about Critical tickets and escalations goes out; the rest waits for
    their end. ``off_reasons`` are the kinds of reason that send nothing.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mail_preferences")
    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.AT_ONCE)
    daily_at = models.TimeField(default=time(9))
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    off_reasons = ArrayField(models.CharField(max_length=15, choices=Reason), default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_begin_and_end",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_rhythm_display()}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.time_zone)


class SuppressionCause(models.TextChoices):
    BOUNCE = "bounce", "Bounced"
    COMPLAINT = "complaint", "Reported as spam"


class Suppression(models.Model):
    """An address that we do not write to, until staff lift it. At most one stands for an address."""

    address = models.EmailField()
    cause = models.CharField(max_length=10, choices=SuppressionCause)
    detail = models.TextField(blank=True)
    mail = models.ForeignKey(EmailMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    suppressed_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ["-suppressed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(lifted_at__isnull=True), name="suppressed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_cause_display()}"
