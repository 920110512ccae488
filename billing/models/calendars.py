"""Calendars of support hours, with all their versions."""

from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from billing.calendars import parse_week
from orgs.models import validate_time_zone

# The start of a calendar's first version, so that it covers all earlier times.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def validate_week(value: object) -> None:
    try:
        parse_week(value)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise ValidationError(f"Invalid support hours: {error}.") from error


class SupportCalendar(models.Model):
    """Named support hours, such as “24×7” or “Mon–Fri 09:00–17:00”, for tiers and custom SLAs."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="calendar_name_once")]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """The support hours of a calendar from ``valid_from`` until its next version. An edit adds a version.

    ``week`` holds, Monday first, the intervals of each day as pairs of times; “00:00” as the end of an
    interval is the end of the day. An empty time zone or country means the organization's own; the country
    matters only if public holidays are observed. ``extra_holidays`` are dates with names.
    """

    calendar = models.ForeignKey(SupportCalendar, on_delete=models.CASCADE, related_name="versions")
    valid_from = models.DateTimeField(default=EPOCH)
    week = models.JSONField(validators=[validate_week])
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    observes_holidays = models.BooleanField(default=False)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code")
    extra_holidays = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "valid_from"], name="calendar_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.calendar} from {self.valid_from:%Y-%m-%d}"

    @property
    def holiday_dates(self) -> frozenset[date]:
        return frozenset(date.fromisoformat(each["on"]) for each in self.extra_holidays)
