"""Calendars of support hours: an edit adds a version, so time that has passed stays counted as it was."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from billing.calendars import parse_week
from billing.events import CALENDAR_CHANGED
from billing.holiday_file import Holiday, from_stored
from billing.models.calendars import EPOCH, CalendarVersion, SupportCalendar
from orgs.actions.record import record_desk, require_manager
from orgs.actor import Actor
from orgs.week import StoredWeek, say_week
from supportcenter.errors import RuleViolation


@transaction.atomic
def save_calendar(
    *,
    actor: Actor,
    calendar: SupportCalendar | None,
    name: str,
    week: StoredWeek | None,
    extra_holidays: Sequence[Holiday] = (),
    **hours: Any,
) -> SupportCalendar:
    """Make a calendar, or have it say something else from now on; ``hours`` are its further fields.

    Running clocks are reckoned anew by whoever listens. Raises ``RuleViolation`` for a week in which support
    is never there, and for a name that is taken.
    """
    require_manager(actor)
    if week is None:
        raise RuleViolation("never_open", "Support must be there on some day of the week.", field="monday")
    parse_week(week)
    made = calendar is None
    calendar = _named(calendar, name)
    newest = calendar.versions.last()
    values = hours | {"week": week, "extra_holidays": [each.stored for each in extra_holidays]}
    before = _words(newest) | {"name": calendar.name} if newest else {}
    if newest and name == calendar.name and all(getattr(newest, key) == each for key, each in values.items()):
        return calendar
    if name != calendar.name:
        calendar.name = name
        calendar.save(update_fields=["name"])
    since = EPOCH if made else timezone.now()
    version = CalendarVersion.objects.create(calendar=calendar, valid_from=since, **values)
    record_desk(
        CALENDAR_CHANGED,
        f"{'Made' if made else 'Changed'} the calendar {name}",
        actor=actor,
        before=before,
        after=_words(version) | {"name": name},
        calendar=calendar.pk,
    )
    return calendar


@transaction.atomic
def add_holidays(
    *, actor: Actor, calendar: SupportCalendar, days: Sequence[Holiday], dry_run: bool
) -> list[Holiday]:
    """Close support on further days, from now on; which of them are new. Dates that are there stay."""
    require_manager(actor)
    calendar = SupportCalendar.objects.select_for_update().get(pk=calendar.pk)
    newest = calendar.versions.last()
    if newest is None:
        raise RuleViolation("no_hours", "Give the calendar its hours first.")
    present = from_stored(newest.extra_holidays)
    fresh = [each for each in days if each.on not in newest.holiday_dates]
    if dry_run or not fresh:
        return fresh
    save_calendar(
        actor=actor,
        calendar=calendar,
        name=calendar.name,
        week=newest.week,
        extra_holidays=sorted([*present, *fresh]),
        time_zone=newest.time_zone,
        observes_holidays=newest.observes_holidays,
        country=newest.country,
    )
    return fresh


def _named(calendar: SupportCalendar | None, name: str) -> SupportCalendar:
    """The locked row, or a new one; no two calendars have the same name."""
    others = SupportCalendar.objects.filter(name__iexact=name)
    if (others.exclude(pk=calendar.pk) if calendar else others).exists():
        raise RuleViolation("name_taken", "There is a calendar of this name already.", field="name")
    if calendar:
        return SupportCalendar.objects.select_for_update().get(pk=calendar.pk)
    try:
        with transaction.atomic():
            return SupportCalendar.objects.create(code=slugify(name)[:50] or "calendar", name=name)
    except IntegrityError:
        raise RuleViolation(
            "name_taken", "There is a calendar much like this already.", field="name"
        ) from None


def _words(version: CalendarVersion) -> dict[str, Any]:
    return {
        "week": say_week(version.week),
        "time_zone": version.time_zone or "the organization's",
        "public_holidays": (version.country or "the organization's") if version.observes_holidays else "open",
        "extra_holidays": [str(each) for each in from_stored(version.extra_holidays)],
    }
