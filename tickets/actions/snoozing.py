"""Snoozing a ticket until a time."""

from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from orgs.actor import SYSTEM, Actor
from supportcenter.bounds import require_soon
from supportcenter.errors import RuleViolation
from supportcenter.zones import instant_at
from tickets.actions.record import lock, record, require_agent
from tickets.models.conversation import ActivityKind
from tickets.models.ticket import Ticket

MORNING = time(9)


# The choices that are offered besides a custom time.
SNOOZES = {"hour": "1 hour", "tomorrow": "Tomorrow, 09:00", "monday": "Next Monday, 09:00"}


def snoozed_until(choice: str, now: datetime) -> datetime:
    """Return the instant of a choice; ``now`` must be in the time zone of the agent."""
    if choice == "hour":
        return now + timedelta(hours=1)
    days = 1 if choice == "tomorrow" else 7 - now.weekday()
    return instant_at(now.date() + timedelta(days=days), MORNING, now.tzinfo or UTC)


@transaction.atomic
def snooze(*, actor: Actor, ticket: Ticket, until: datetime | None) -> Ticket:
    """Hide a ticket from the queue until an instant, or unsnooze it if ``until`` is None. Internal.

    It returns at that time, or as soon as it needs attention (``unsnooze``). Its clocks keep running. Raises
    ``RuleViolation`` for non-agents, on a solved or closed ticket, and for an instant in the past or more
    than a year away.
    """
    require_agent(actor)
    ticket = lock(ticket)
    if until and ticket.is_finished:
        raise RuleViolation("ticket_finished", "A solved ticket can't be snoozed. It isn't in the queue.")
    if until:
        require_soon(until, timezone.now(), field="at")
    before = ticket.snoozed_until
    if before == until:
        return ticket
    ticket.snoozed_until = until
    ticket.save(update_fields=["snoozed_until"])
    record(
        ticket,
        ActivityKind.SNOOZED,
        actor=actor,
        before={"until": before.isoformat() if before else None},
        after={"until": until.isoformat() if until else None},
    )
    return ticket


def unsnooze(ticket: Ticket, reason: str = "the customer is waiting") -> None:
    """Return a locked ticket to the queue at once, because it needs attention."""
    until = ticket.snoozed_until
    if until is None:
        return
    ticket.snoozed_until = None
    ticket.save(update_fields=["snoozed_until"])
    if until > timezone.now():
        record(ticket, ActivityKind.UNSNOOZED, actor=SYSTEM, after={"reason": reason})
