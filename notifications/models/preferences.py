"""How each person wants mail about tickets."""

from datetime import time
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from notifications.models.messages import Reason
from orgs.models import User


class Frequency(models.TextChoices):
    IMMEDIATE = "immediate", "Immediately"
    HOURLY = "hourly", "Hourly digest"
    DAILY = "daily", "Daily digest"
    OFF = "off", "No mail about tickets"


class MailPreferences(models.Model):
    """How a person wants mail; without a row, everything immediately. Times are in the person's time zone.

    During quiet hours only mail about Critical tickets and escalations goes out; the rest waits until they
    end. ``off_reasons`` are the reasons for which the person gets no mail.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mail_preferences")
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.IMMEDIATE)
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
        return f"{self.user}: {self.get_frequency_display()}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.time_zone)
