"""How each person wants mail about tickets."""

from datetime import time
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from notifications.models.messages import Reason
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
