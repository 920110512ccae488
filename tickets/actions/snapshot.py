"""Snapshots of a ticket and of its rows as plain data, so that undoing a merge can restore everything."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.duration import duration_string

from tickets.clock.clocks import CLOCK_FIELDS
from tickets.models.clock import SlaClock
from tickets.models.ticket import Ticket

SNAPSHOT_FIELDS = [
    "status",
    "severity",
    "solved_at",
    "snoozed_until",
    "last_reply_by_id",
    "last_reply_at",
    *CLOCK_FIELDS,
]


def snapshot(ticket: Ticket) -> dict[str, Any]:
    """Return the status, what is owed, and the open clocks; instants in ISO 8601 with microseconds."""
    clocks = SlaClock.objects.filter(ticket=ticket, ended_at=None).order_by("pk")
    return {"ticket": _values(ticket, SNAPSHOT_FIELDS), "clocks": [plain(each) for each in clocks]}


def matches(ticket: Ticket, snapshot: dict[str, Any]) -> bool:
    """Return whether the ticket itself hasn't changed since."""
    return bool(_values(ticket, SNAPSHOT_FIELDS) == snapshot["ticket"])


def restore(ticket: Ticket, snapshot: dict[str, Any]) -> None:
    """Restore a locked ticket: clocks that started since then are deleted, the others are as they were.

    A clock that is due at the same time as before keeps its notifications, so that none is sent twice.
    """
    stored = [values["id"] for values in snapshot["clocks"]]
    SlaClock.objects.filter(ticket=ticket, ended_at=None).exclude(pk__in=stored).delete()
    present = SlaClock.objects.in_bulk(stored)
    for values in snapshot["clocks"]:
        clock, now = set_values(SlaClock(), values), present[values["id"]]
        if now.due_at == clock.due_at:
            clock.warned_at, clock.notified_at = now.warned_at, now.notified_at
        clock.save(force_update=True)
    set_values(ticket, snapshot["ticket"])
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=[*SNAPSHOT_FIELDS, "updated_at"])


def plain(row: Model) -> dict[str, Any]:
    """Return all columns of a row as plain data."""
    return _values(row, [field.attname for field in row._meta.concrete_fields])  # noqa: SLF001 - Django documents it


def _values(row: Model, names: list[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return duration_string(value) if isinstance(value, timedelta) else value


def set_values(row: Any, values: dict[str, Any]) -> Any:
    """Set the columns of a row from plain data, and return it unsaved."""
    for field in row._meta.concrete_fields:  # noqa: SLF001 - Django documents it
        if field.attname in values:
            setattr(row, field.attname, field.to_python(values[field.attname]))
    return row
