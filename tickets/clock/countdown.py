"""The clock of a ticket as lists show it: the time left and how urgent it is. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from supportcenter.wording import format_duration
from tickets.models.ticket import Ticket
from tickets.states import Status

KINDS = {"first_response": "first response", "next_update": "promised update"}
PAUSED = {Status.WAITING: "waiting for the customer", Status.ON_HOLD: "on hold"}


class Urgency(StrEnum):
    OVERDUE = "overdue"
    SOON = "soon"
    RUNNING = "running"
    BEST_EFFORT = "best-effort"
    PAUSED = "paused"
    NONE = "none"


@dataclass(frozen=True)
class Countdown:
    """What a row of the queue shows. ``due_at`` is empty if nothing is owed."""

    words: str
    urgency: Urgency
    note: str = ""
    due_at: datetime | None = None


def countdown(ticket: Ticket, now: datetime) -> Countdown:
    """Return the time until the response is due, or until the escalation must be acknowledged, if sooner.

    Best effort is shown as such and is never overdue.
    """
    due_at, acknowledge_at = ticket.response_due_at, ticket.escalation_due_at
    if acknowledge_at and (due_at is None or acknowledge_at < due_at):
        return _until(acknowledge_at, now, "to acknowledge the escalation", is_soon=True)
    if due_at is None:
        note = PAUSED.get(Status(ticket.status), "")
        return Countdown("paused", Urgency.PAUSED, note) if note else Countdown("", Urgency.NONE)
    if not ticket.is_best_effort:
        warned = ticket.response_warn_at is not None and ticket.response_warn_at <= now
        return _until(due_at, now, KINDS.get(ticket.due_kind, ""), is_soon=warned)
    if due_at < now:
        return Countdown("best effort", Urgency.BEST_EFFORT, due_at=due_at)
    return Countdown(
        f"{format_duration(due_at - now, units=1)} left", Urgency.BEST_EFFORT, "best effort", due_at
    )


def _until(due_at: datetime, now: datetime, note: str, *, is_soon: bool) -> Countdown:
    left = due_at - now
    if left < timedelta():
        return Countdown(f"{format_duration(-left, units=1)} overdue", Urgency.OVERDUE, note, due_at)
    urgency = Urgency.SOON if is_soon else Urgency.RUNNING
    return Countdown(f"{format_duration(left, units=1)} left", urgency, note, due_at)
