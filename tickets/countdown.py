"""The clock of a ticket as the queue says it: the time that is left, in words, and how urgent it is. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.models import Ticket
from tickets.states import DUE_SOON, Status

PAUSED = {Status.WAITING: "paused, waits for the customer", Status.ON_HOLD: "paused, on hold"}


class Urgency(StrEnum):
    LATE = "late"
    SOON = "soon"
    RUNNING = "running"
    BEST_EFFORT = "best-effort"
    PAUSED = "paused"
    NONE = "none"


@dataclass(frozen=True)
class Countdown:
    """What stands in a row of the queue. ``due_at`` is empty where no answer is owed."""

    words: str
    urgency: Urgency
    due_at: datetime | None = None


def countdown(ticket: Ticket, now: datetime) -> Countdown:
    """The clock of a ticket at an instant. Best effort is said apart and never late."""
    due_at = ticket.response_due_at
    if due_at is None:
        paused = PAUSED.get(Status(ticket.status))
        return Countdown(paused, Urgency.PAUSED) if paused else Countdown("", Urgency.NONE)
    left = due_at - now
    if ticket.is_best_effort:
        words = f"{length(left)}, best effort" if left > timedelta() else "best effort"
        return Countdown(words, Urgency.BEST_EFFORT, due_at)
    if left < timedelta():
        return Countdown(f"late by {length(-left)}", Urgency.LATE, due_at)
    urgency = Urgency.SOON if left < DUE_SOON else Urgency.RUNNING
    return Countdown(f"{length(left)} left", urgency, due_at)


def length(time: timedelta) -> str:
    """A time that is not negative, in its largest unit and rounded down: “12 min”, “2 h”, “3 days”."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 1:
        return "less than 1 min"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
