"""Calendars of support hours. An edit adds a version, so elapsed time keeps its old support hours."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from billing.calendars import parse_week
from billing.events import CALENDAR_CHANGED
from billing.holiday_file import Holiday, load_holidays
from billing.models.calendars import EPOCH, CalendarVersion, SupportCalendar
from orgs.actions.record import record_settings, require_manager
from orgs.actor import Actor
from orgs.week import StoredWeek, format_week
from supportcenter.errors import RuleViolation, enforced_by_database


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
    """Create a calendar, or change it from now on; ``hours`` are the other fields of the new version.

    Subscribers recalculate running clocks. Raises ``RuleViolation`` for a week without support hours, and for
    a name that is taken.
    """
    require_manager(actor)
    if week is None:
        raise RuleViolation("never_open", "Add support hours on at least one day.", field="monday")
    parse_week(week)
    is_new = calendar is None
    calendar = _named(calendar, name)
    newest = calendar.versions.last()
    values = hours | {"week": week, "extra_holidays": [each.stored for each in extra_holidays]}
    before = _words(newest) | {"name": calendar.name} if newest else {}
    if newest and name == calendar.name and all(getattr(newest, key) == each for key, each in values.items()):
        return calendar
    if name != calendar.name:
        calendar.name = name
        with _name_is_free():
            calendar.save(update_fields=["name"])
    since = EPOCH if is_new else timezone.now()
    version = CalendarVersion.objects.create(calendar=calendar, valid_from=since, **values)
    record_settings(
        CALENDAR_CHANGED,
        f"{'Created' if is_new else 'Changed'} the calendar {name}",
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
    """Add extra holidays from now on; return the new ones. Dates that are in the calendar already stay."""
    require_manager(actor)
    calendar = SupportCalendar.objects.select_for_update().get(pk=calendar.pk)
    newest = calendar.versions.last()
    if newest is None:
        raise RuleViolation("no_hours", "Set the calendar's support hours first.")
    current = load_holidays(newest.extra_holidays)
    new = [each for each in days if each.on not in newest.holiday_dates]
    if dry_run or not new:
        return new
    save_calendar(
        actor=actor,
        calendar=calendar,
        name=calendar.name,
        week=newest.week,
        extra_holidays=sorted([*current, *new]),
        time_zone=newest.time_zone,
        observes_holidays=newest.observes_holidays,
        country=newest.country,
    )
    return new


def _named(calendar: SupportCalendar | None, name: str) -> SupportCalendar:
    """Return the locked row, or a new one."""
    if calendar:
        return SupportCalendar.objects.select_for_update().get(pk=calendar.pk)
    with _name_is_free():
        return SupportCalendar.objects.create(code=slugify(name)[:50] or "calendar", name=name)


def _name_is_free() -> AbstractContextManager[None]:
    return enforced_by_database("name_taken", "A calendar with this name already exists.", field="name")


def _words(version: CalendarVersion) -> dict[str, Any]:
    return {
        "week": format_week(version.week),
        "time_zone": version.time_zone or "the organization's",
        "public_holidays": (version.country or "the organization's") if version.observes_holidays else "open",
        "extra_holidays": [str(each) for each in load_holidays(version.extra_holidays)],
    }
