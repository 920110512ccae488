"""Escalations: raised by customers, acknowledged and closed by support."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from orgs.actor import SYSTEM, Actor
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets.actions.record import lock, record, require_agent
from tickets.actions.snoozing import unsnooze
from tickets.actions.status import move_status, require_open
from tickets.models.conversation import ActivityKind
from tickets.models.people import Escalation
from tickets.models.ticket import Ticket
from tickets.states import after_customer_comment


@transaction.atomic
def escalate(*, actor: Actor, ticket: Ticket, text: str = "") -> Escalation:
    """Escalate a ticket, as a customer, or return the escalation that is already open.

    A solved or paused ticket becomes open. Raises ``RuleViolation`` on a closed ticket and for staff.
    """
    if actor.can(Capability.WORK_QUEUE):
        raise RuleViolation("not_a_customer", "Only customers can escalate a ticket.")
    ticket = lock(ticket)
    require_open(ticket)
    unsnooze(ticket, "the customer escalated it")
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
    ticket.escalation_due_at = escalation.deadline_at
    move_status(ticket, after_customer_comment(before), at=now)
    record(
        ticket,
        ActivityKind.ESCALATED,
        actor=actor,
        before={"status": before},
        after={"status": ticket.status, "text": text},
    )
    return escalation


@transaction.atomic
def acknowledge(*, actor: Actor, ticket: Ticket) -> Escalation:
    """Acknowledge an escalation, as an agent: the customer sees who did. Twice changes nothing."""
    ticket, escalation = _open_escalation(actor, ticket)
    if escalation.acknowledged_at:
        return escalation
    now = timezone.now()
    escalation.acknowledged_by = actor.user
    escalation.acknowledged_at = now
    escalation.save(update_fields=["acknowledged_by", "acknowledged_at"])
    ticket.escalation_due_at = None
    _touch(ticket, now)
    in_time = now <= escalation.deadline_at
    record(ticket, ActivityKind.ESCALATION_ACKNOWLEDGED, actor=actor, after={"in_time": in_time})
    return escalation


@transaction.atomic
def close_escalation(*, actor: Actor, ticket: Ticket, outcome: str) -> Escalation:
    """Close an escalation with its outcome, as an agent. Closing also acknowledges it."""
    acknowledge(actor=actor, ticket=ticket)
    ticket, escalation = _open_escalation(actor, ticket)
    escalation.closed_at = timezone.now()
    escalation.outcome = outcome
    escalation.save(update_fields=["closed_at", "outcome"])
    _touch(ticket, escalation.closed_at)
    record(ticket, ActivityKind.ESCALATION_CLOSED, actor=actor, after={"outcome": outcome})
    return escalation


def notify_overdue_escalations() -> int:
    """Publish an event for each escalation past its deadline, once; return how many."""
    count = 0
    overdue = Escalation.objects.filter(
        acknowledged_at=None, closed_at=None, reminded_at=None, deadline_at__lte=timezone.now()
    )
    for escalation in overdue.select_related("ticket"):
        with transaction.atomic():
            ticket = lock(escalation.ticket)
            # The same conditions again: it may have been acknowledged, closed or moved by a merge meanwhile.
            if overdue.filter(pk=escalation.pk, ticket=ticket).update(reminded_at=timezone.now()):
                record(ticket, ActivityKind.ESCALATION_OVERDUE, actor=SYSTEM)
                unsnooze(ticket, "the escalation was not acknowledged in time")
                count += 1
    return count


def _open_escalation(actor: Actor, ticket: Ticket) -> tuple[Ticket, Escalation]:
    require_agent(actor)
    ticket = lock(ticket)
    escalation = ticket.escalations.filter(closed_at=None).first()
    if escalation is None:
        raise RuleViolation("no_escalation", "There is no open escalation on this ticket.")
    return ticket, escalation


def _touch(ticket: Ticket, at: datetime) -> None:
    ticket.updated_at = at
    ticket.save(update_fields=["escalation_due_at", "updated_at"])
