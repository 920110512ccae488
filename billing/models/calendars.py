"""Support hours as data: a calendar, and each state that it was ever in."""

from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.db import models

from billing.calendars import parse_week
from orgs.models import validate_time_zone

# A calendar's first version counts for all time before it was edited.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def validate_week(value: object) -> None:
    try:
        parse_week(value)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise ValidationError(f"This is not a week of support hours: {error}.") from error


class SupportCalendar(models.Model):
    """When support is there, by name: “24×7”, “Mon–Fri 09:00–17:00”. Tiers and custom SLAs point to it."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """What a calendar says from ``valid_from`` until its next version. An edit adds a version.

    ``week`` holds, Monday first, the blocks of each day as pairs of times; “00:00” as a close is the end of
    the day. Without a time zone the organization's own counts, and without a country its own, where public
    holidays are observed. ``extra_holidays`` are further days without support, as dates with names.
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
