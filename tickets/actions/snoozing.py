"""Putting a ticket aside until a time."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from orgs.actor import SYSTEM, Actor
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.record import lock, record, require_agent
from tickets.models.conversation import ActivityKind
from tickets.models.ticket import Ticket


@transaction.atomic
def snooze(*, actor: Actor, ticket: Ticket, until: datetime | None) -> Ticket:
    """Keep a ticket out of the queue until an instant, or without one have it back now. Internal.

    It comes back by itself at that time, or as soon as the customer writes or escalates. Its clocks run on.
    Raises ``RuleViolation`` for anybody but agents, on a finished ticket, and for an instant that is over.
    """
    require_agent(actor)
    ticket = lock(ticket)
    if until and ticket.is_finished:
        raise RuleViolation("ticket_finished", "A solved ticket is not in the queue anyway.")
    if until and until <= timezone.now():
        raise RuleViolation("in_the_past", "Choose a time that is still to come.", field="at")
    before = ticket.snoozed_until
    if before == until:
        return ticket
    ticket.snoozed_until = until
    ticket.save(update_fields=["snoozed_until"])
    record(
        ticket,
        ActivityKind.SNOOZED,
        events.TICKET_SNOOZED,
        actor=actor,
        before={"until": before.isoformat() if before else None},
        after={"until": until.isoformat() if until else None},
        is_internal=True,
    )
    return ticket


def wake(ticket: Ticket) -> None:
    """The customer wants something of a locked ticket: it comes back into the queue at once."""
    until = ticket.snoozed_until
    if until is None:
        return
    ticket.snoozed_until = None
    ticket.save(update_fields=["snoozed_until"])
    if until > timezone.now():
        record(ticket, ActivityKind.WOKEN, events.TICKET_WOKEN, actor=SYSTEM, is_internal=True)


MORNING = time(9)


# What is offered, besides a time of one's own.
SNOOZES = {"hour": "1 hour", "tomorrow": "Tomorrow, 09:00", "monday": "Next Monday, 09:00"}


def snoozed_until(choice: str, now: datetime) -> datetime:
    """The instant that a choice means; ``now`` is in the zone in which mornings count."""
    if choice == "hour":
        return now + timedelta(hours=1)
    days = 1 if choice == "tomorrow" else 7 - now.weekday()
    return datetime.combine(now.date() + timedelta(days=days), MORNING, now.tzinfo)
