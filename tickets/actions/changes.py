"""Changes without a comment: status, severity, product and reason, closing."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from orgs.actor import SYSTEM, Actor
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets.actions.clocks import load_clocks, save_clocks
from tickets.actions.record import lock, record, require_agent
from tickets.actions.snoozing import unsnooze
from tickets.actions.status import move_status, require_open, require_transition
from tickets.clock.clocks import CLOCK_FIELDS
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import ActivityKind
from tickets.models.ticket import Ticket
from tickets.permissions import is_in_charge
from tickets.states import REOPEN_DAYS, Severity, Status


@transaction.atomic
def change_status(*, actor: Actor, ticket: Ticket, status: str) -> Ticket:
    """Set the status, as an agent. Raises ``RuleViolation`` for one that can't follow the present one."""
    require_agent(actor)
    return _set_status(actor, lock(ticket), status)


@transaction.atomic
def solve(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Mark a ticket solved, as the customer. Does nothing if it is solved already."""
    return _set_status(actor, lock(ticket), Status.SOLVED)


def _set_status(actor: Actor, ticket: Ticket, status: str) -> Ticket:
    before = ticket.status
    if before == status:
        return ticket
    require_transition(before, status)
    _move_and_record(ticket, status, ActivityKind.STATUS_CHANGED, actor=actor)
    return ticket


def _move_and_record(ticket: Ticket, status: str, kind: ActivityKind, *, actor: Actor) -> None:
    before = {"status": ticket.status}
    move_status(ticket, status, at=timezone.now())
    record(ticket, kind, actor=actor, before=before, after={"status": status})


@transaction.atomic
def change_severity(*, actor: Actor, ticket: Ticket, severity: str, reason: str = "") -> Ticket:
    """Change the severity, as the requester, an organization admin, or an agent, who must give a reason.

    Open clocks are recalculated: a stricter target counts from now, a laxer one from their start. Those that
    were met don't change.
    """
    ticket = lock(ticket)
    if not is_in_charge(actor, ticket):
        raise RuleViolation("not_allowed", "Only the requester and organization admins can change this.")
    require_open(ticket)
    before = ticket.severity
    if before == severity:
        return ticket
    by_agent = actor.can(Capability.WORK_QUEUE)
    if by_agent and not reason.strip():
        raise RuleViolation("reason_missing", "Enter a reason. The customer will see it.", field="reason")
    if not by_agent and ticket.services.filter(is_early_availability=True).exists():
        raise RuleViolation(
            "early_availability",
            "The severity stays Low because a service on this ticket is in early availability.",
        )
    ticket.severity = severity
    ticket.updated_at = timezone.now()
    clocks = load_clocks(ticket)
    clocks.recalculate(ticket.updated_at)
    save_clocks(clocks)
    ticket.save(update_fields=["severity", "updated_at", *CLOCK_FIELDS])
    record(
        ticket,
        ActivityKind.SEVERITY_CHANGED,
        actor=actor,
        before={"severity": Severity(before)},
        after={"severity": Severity(severity)} | ({"reason": reason.strip()} if by_agent else {}),
    )
    if not by_agent:
        unsnooze(ticket, "the customer changed the severity")
    return ticket


@transaction.atomic
def reclassify(*, actor: Actor, ticket: Ticket, product: Product, reason: Reason) -> Ticket:
    """Change a ticket's product and reason, as an agent. The customer can see it."""
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
        actor=actor,
        before=before,
        after=after,
    )
    return ticket


def close_solved() -> int:
    """Close tickets that have been solved for ``REOPEN_DAYS``; return how many. Safe to run concurrently."""
    solved_before = timezone.now() - timedelta(days=REOPEN_DAYS)
    due = Ticket.objects.filter(status=Status.SOLVED, solved_at__lte=solved_before)
    count = 0
    for pk in due.values_list("pk", flat=True).iterator():
        with transaction.atomic():
            ticket = due.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
            if ticket:
                _move_and_record(ticket, Status.CLOSED, ActivityKind.CLOSED, actor=SYSTEM)
                count += 1
    return count
