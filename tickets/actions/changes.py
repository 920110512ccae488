"""Changes without a comment: assignee, status, severity, closing."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from orgs.actor import SYSTEM, Actor
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.clocks import clocks_of, keep
from tickets.actions.escalation import end_with
from tickets.actions.record import lock, record, require_agent
from tickets.clock.clocks import CLOCK_FIELDS
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import ActivityKind
from tickets.models.ticket import Ticket
from tickets.permissions import is_in_charge
from tickets.states import REOPEN_DAYS, Severity, Status, can_change


@transaction.atomic
def change_status(*, actor: Actor, ticket: Ticket, status: str) -> Ticket:
    """Set the status by hand, as an agent. Raises ``RuleViolation`` for one that cannot follow."""
    require_agent(actor)
    return _set_status(actor, lock(ticket), status)


@transaction.atomic
def solve(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Mark solved, as the customer. Solving what is solved already changes nothing."""
    return _set_status(actor, lock(ticket), Status.SOLVED)


def _set_status(actor: Actor, ticket: Ticket, status: str) -> Ticket:
    before = ticket.status
    if before == status:
        return ticket
    if not can_change(before, status):
        raise RuleViolation(
            "status_not_possible",
            f"A ticket that is {Status(before).label.lower()} cannot become {Status(status).label.lower()}.",
        )
    now = timezone.now()
    ticket.status = status
    ticket.solved_at = now if status == Status.SOLVED else None
    clocks = clocks_of(ticket)
    if status == Status.OPEN:
        clocks.asked(now)
    else:
        clocks.rested(status, now)
    keep(clocks)
    ticket.updated_at = now
    ticket.save(update_fields=["status", "solved_at", *CLOCK_FIELDS, "updated_at"])
    if status == Status.SOLVED:
        end_with(ticket)
    record(
        ticket,
        ActivityKind.STATUS_CHANGED,
        events.TICKET_STATUS_CHANGED,
        actor=actor,
        before={"status": before},
        after={"status": status},
    )
    return ticket


@transaction.atomic
def change_severity(*, actor: Actor, ticket: Ticket, severity: str, reason: str = "") -> Ticket:
    """Change the severity, as the requester, an admin or an agent, who must say why: the customer is told.

    What is still owed is due by the new severity, counted from the start of its clock. What was met stays
    as it was.
    """
    ticket = lock(ticket)
    if not is_in_charge(actor, ticket):
        raise RuleViolation("not_allowed", "Only the requester and organization admins can change this.")
    if ticket.is_closed:
        raise RuleViolation("ticket_closed", "A closed ticket keeps its severity.")
    before = ticket.severity
    if before == severity:
        return ticket
    by_agent = actor.can(Capability.WORK_QUEUE)
    if by_agent and not reason.strip():
        raise RuleViolation("reason_missing", "Say why: the customer reads it.", field="reason")
    if not by_agent and ticket.services.filter(is_early_availability=True).exists():
        raise RuleViolation(
            "early_availability",
            "The severity stays Low, because a service on this ticket is in early availability.",
        )
    ticket.severity = severity
    ticket.updated_at = timezone.now()
    clocks = clocks_of(ticket)
    clocks.reckon_anew(ticket.updated_at)
    keep(clocks)
    ticket.save(update_fields=["severity", "updated_at", *CLOCK_FIELDS])
    record(
        ticket,
        ActivityKind.SEVERITY_CHANGED,
        events.TICKET_SEVERITY_CHANGED,
        actor=actor,
        before={"severity": Severity(before)},
        after={"severity": Severity(severity)} | ({"reason": reason.strip()} if by_agent else {}),
    )
    return ticket


@transaction.atomic
def reclassify(*, actor: Actor, ticket: Ticket, product: Product, reason: Reason) -> Ticket:
    """Say anew what a ticket is about and why it was opened, as an agent. The customer sees it."""
    require_agent(actor)
    ticket = lock(ticket)
    before = {"product": ticket.product.name, "reason": ticket.reason.name}
    after = {"product": product.name, "reason": reason.name}
    if before == after:
        return ticket
    ticket.product, ticket.reason = product, reason
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=["product", "reason", "updated_at"])
    record(
        ticket,
        ActivityKind.RECLASSIFIED,
        events.TICKET_RECLASSIFIED,
        actor=actor,
        before=before,
        after=after,
    )
    return ticket


def close_solved() -> int:
    """Close what has been solved for fourteen days; how many. Safe to run twice at once."""
    now = timezone.now()
    solved_before = now - timedelta(days=REOPEN_DAYS)
    due = Ticket.objects.filter(status=Status.SOLVED, solved_at__lte=solved_before)
    count = 0
    for ticket in due.iterator():
        with transaction.atomic():
            locked = Ticket.objects.select_for_update(skip_locked=True).filter(
                pk=ticket.pk, status=Status.SOLVED
            )
            if not locked.filter(solved_at__lte=solved_before).update(status=Status.CLOSED, updated_at=now):
                continue
            clocks = clocks_of(ticket)
            clocks.rested(Status.CLOSED, now)
            keep(clocks)
            record(
                ticket,
                ActivityKind.CLOSED,
                events.TICKET_CLOSED,
                actor=SYSTEM,
                before={"status": Status.SOLVED},
                after={"status": Status.CLOSED},
            )
            count += 1
    return count
