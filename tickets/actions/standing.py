"""How a ticket stands, as plain data: kept before a merge, so that undoing it can put everything back."""

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone

from tickets.clock.clocks import CLOCK_FIELDS
from tickets.models.clock import SlaClock
from tickets.models.ticket import Ticket

STANDING_FIELDS = [
    "status",
    "solved_at",
    "snoozed_until",
    "last_reply_by_id",
    "last_reply_at",
    *CLOCK_FIELDS,
]


def standing_of(ticket: Ticket) -> dict[str, Any]:
    """Status, what is owed, and the open clocks; instants in ISO 8601 with all their digits."""
    clocks = SlaClock.objects.filter(ticket=ticket, ended_at=None).order_by("pk")
    every = [field.attname for field in SlaClock._meta.concrete_fields]  # noqa: SLF001 - Django documents it
    return {"ticket": _plain(ticket, STANDING_FIELDS), "clocks": [_plain(each, every) for each in clocks]}


def stands_as(ticket: Ticket, standing: dict[str, Any]) -> bool:
    """Whether nothing of the ticket itself changed since."""
    return bool(_plain(ticket, STANDING_FIELDS) == standing["ticket"])


def put_back(ticket: Ticket, standing: dict[str, Any]) -> None:
    """Have a locked ticket stand as it did: the clocks that started since go, the others are as they were.

    What was told of a clock since then, at the same time as it is due again, is not told twice.
    """
    kept = [values["id"] for values in standing["clocks"]]
    SlaClock.objects.filter(ticket=ticket, ended_at=None).exclude(pk__in=kept).delete()
    present = SlaClock.objects.in_bulk(kept)
    for values in standing["clocks"]:
        clock, now = _set(SlaClock(), values), present[values["id"]]
        if now.due_at == clock.due_at:
            clock.warned_at, clock.told_at = now.warned_at, now.told_at
        clock.save(force_update=True)
    _set(ticket, standing["ticket"])
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=[*STANDING_FIELDS, "updated_at"])


def _plain(row: Model, names: list[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}


def _set(row: Any, values: dict[str, Any]) -> Any:
    for field in row._meta.concrete_fields:  # noqa: SLF001 - Django documents it
        if field.attname in values:
            setattr(row, field.attname, field.to_python(values[field.attname]))
    return row
