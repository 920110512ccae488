"""Days and times that people enter, within bounds that hold in every time zone.

A day such as 9999-12-31 is valid where it is typed, but in UTC it may be in the year 10000, which PostgreSQL
stores and Python can't read. So all days and times from outside are checked here, after conversion.
"""

from datetime import UTC, date, datetime, timedelta
from datetime import timezone as fixed_zone
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from supportcenter.errors import RuleViolation
from supportcenter.zones import instant_at

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
# Times that are computed from those that people enter, such as the end of a day, may be a little later.
END = datetime(2101, 1, 1, tzinfo=UTC)
# The largest id of a row.
MAX_ID = 2**63 - 1
# The furthest that a ticket can be snoozed, or an update be promised.
AHEAD = timedelta(days=366)
# Marks a time that was typed without a time zone.
_AS_TYPED = fixed_zone(timedelta(), "as typed")


def check_day(day: date) -> date:
    """Return the day. One that is out of bounds is a ``ValueError`` that says so."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"must be between {FIRST_DAY.year} and {LAST_DAY.year}")
    return day


def require_soon(instant: datetime, now: datetime, *, field: str) -> None:
    """Raise ``RuleViolation`` for an instant in the past or more than a year away."""
    if instant <= now:
        raise RuleViolation("in_the_past", "Choose a time in the future.", field=field)
    if instant > now + AHEAD:
        raise RuleViolation("too_far_ahead", "Choose a time within a year.", field=field)


def is_within(*fields: str) -> Q:
    """Match rows whose times are empty or within bounds, for the constraint of a table."""
    condition = Q()
    for name in fields:
        condition &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": FIRST, f"{name}__lt": END})
    return condition


class DayField(forms.DateField):
    """A day between 2000 and 2099."""

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        return day if day is None else _checked(day)


class InstantField(forms.DateTimeField):
    """A time between 2000 and 2099, in the reader's time zone unless it names another.

    Django's own field refuses a time that comes twice or is skipped where clocks change.
    """

    def to_python(self, value: Any) -> datetime | None:
        try:
            with timezone.override(_AS_TYPED):
                instant = super().to_python(value)
        except OverflowError:
            raise ValidationError(_problem()) from None
        if instant is None:
            return None
        _checked(instant.date())
        if instant.tzinfo is not _AS_TYPED:
            return instant
        return instant_at(instant.date(), instant.time(), timezone.get_current_timezone())


def _checked(day: date) -> date:
    try:
        return check_day(day)
    except ValueError:
        raise ValidationError(_problem()) from None


def _problem() -> str:
    return f"Enter a date between {FIRST_DAY.year} and {LAST_DAY.year}."
