"""Calls for more attention: raised by the customer, taken and closed by support."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from orgs.actor import SYSTEM, Actor
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.clocks import clocks_of, keep
from tickets.actions.record import lock, record, require_agent
from tickets.actions.snoozing import wake
from tickets.clock.clocks import CLOCK_FIELDS
from tickets.models.conversation import ActivityKind
from tickets.models.people import Escalation
from tickets.models.ticket import Ticket
from tickets.states import ANSWER_OWED, Status


@transaction.atomic
def escalate(*, actor: Actor, ticket: Ticket, text: str = "") -> Escalation:
    """Call for more attention. While a call is open, a second one adds nothing and gives back the first.

    A solved or paused ticket is open again by it. Raises ``RuleViolation`` on a closed ticket and for staff.
    """
    if actor.can(Capability.WORK_QUEUE):
        raise RuleViolation("not_a_customer", "Escalating is for customers.")
    ticket = lock(ticket)
    if ticket.is_closed:
        raise RuleViolation("ticket_closed", "This ticket is closed and cannot be escalated.")
    present = ticket.escalations.filter(closed_at=None).first()
    if present:
        return present
    now = timezone.now()
    escalation = Escalation.objects.create(
        ticket=ticket,
        raised_by=actor.person,
        raised_at=now,
        source=actor.source,
        text=text,
        deadline_at=now + timedelta(minutes=settings.ESCALATION_MINUTES),
    )
    before = ticket.status
    _owe_an_answer(ticket)
    _rise_until(ticket, escalation.deadline_at)
    record(
        ticket,
        ActivityKind.ESCALATED,
        events.TICKET_ESCALATED,
        actor=actor,
        before={"status": before},
        after={"status": ticket.status, "text": text},
    )
    return escalation


def _owe_an_answer(ticket: Ticket) -> None:
    now = timezone.now()
    wake(ticket)
    if ticket.status not in ANSWER_OWED:
        ticket.status = Status.OPEN
        ticket.solved_at = None
    clocks = clocks_of(ticket)
    clocks.asked(now)
    keep(clocks)
    ticket.updated_at = now
    ticket.save(update_fields=["status", "solved_at", *CLOCK_FIELDS, "updated_at"])


@transaction.atomic
def acknowledge(*, actor: Actor, ticket: Ticket) -> Escalation:
    """Take an escalation, as staff: the customer sees by whom. Taking it twice changes nothing."""
    ticket, escalation = _open_escalation(actor, ticket)
    if escalation.acknowledged_at:
        return escalation
    now = timezone.now()
    escalation.acknowledged_by = actor.user
    escalation.acknowledged_at = now
    escalation.save(update_fields=["acknowledged_by", "acknowledged_at"])
    _rise_until(ticket, None)
    _touch(ticket)
    record(
        ticket,
        ActivityKind.ESCALATION_ACKNOWLEDGED,
        events.TICKET_ESCALATION_ACKNOWLEDGED,
        actor=actor,
        after={"in_time": now <= escalation.deadline_at},
    )
    return escalation


@transaction.atomic
def close_escalation(*, actor: Actor, ticket: Ticket, outcome: str) -> Escalation:
    """Close an escalation with what came of it. Whoever closes it has taken it."""
    acknowledge(actor=actor, ticket=ticket)
    ticket, escalation = _open_escalation(actor, ticket)
    escalation.closed_at = timezone.now()
    escalation.outcome = outcome
    escalation.save(update_fields=["closed_at", "outcome"])
    _touch(ticket)
    record(
        ticket,
        ActivityKind.ESCALATION_CLOSED,
        events.TICKET_ESCALATION_CLOSED,
        actor=actor,
        after={"outcome": outcome},
    )
    return escalation


def end_with(ticket: Ticket) -> None:
    """Close an escalation together with its ticket; what solved the ticket tells of it."""
    ticket.escalations.filter(closed_at=None).update(
        closed_at=timezone.now(), outcome="The ticket was solved."
    )
    _rise_until(ticket, None)


def _rise_until(ticket: Ticket, deadline_at: datetime | None) -> None:
    """Put a ticket where its deadline belongs in the queue; without one, where its answer does."""
    ticket.escalation_due_at = deadline_at
    ticket.save(update_fields=["escalation_due_at"])


def remind_of_escalations() -> int:
    """Tell of escalations that nobody took by their deadline, once each; how many."""
    count = 0
    late = Escalation.objects.filter(
        acknowledged_at=None, closed_at=None, reminded_at=None, deadline_at__lte=timezone.now()
    )
    for escalation in late.select_related("ticket"):
        with transaction.atomic():
            untold = Escalation.objects.filter(pk=escalation.pk, acknowledged_at=None, reminded_at=None)
            if untold.update(reminded_at=timezone.now()):
                record(
                    escalation.ticket,
                    ActivityKind.ESCALATION_OVERDUE,
                    events.TICKET_ESCALATION_OVERDUE,
                    actor=SYSTEM,
                    is_internal=True,
                )
                count += 1
    return count


def _open_escalation(actor: Actor, ticket: Ticket) -> tuple[Ticket, Escalation]:
    require_agent(actor)
    ticket = lock(ticket)
    escalation = ticket.escalations.filter(closed_at=None).first()
    if escalation is None:
        raise RuleViolation("no_escalation", "There is no open escalation on this ticket.")
    return ticket, escalation


def _touch(ticket: Ticket) -> None:
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=["updated_at"])
