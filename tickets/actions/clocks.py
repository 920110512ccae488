"""Loading and saving the clocks of a ticket, promised updates, and notifications about due times."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from billing.entitlements import entitlement_of
from orgs.actor import SYSTEM, Actor
from supportcenter.bounds import require_soon
from supportcenter.errors import RuleViolation
from tickets.actions.record import lock, record, require_agent
from tickets.actions.snoozing import unsnooze
from tickets.clock.clocks import CLOCK_FIELDS, Clocks
from tickets.models.clock import SlaClock
from tickets.models.conversation import ActivityKind
from tickets.models.ticket import Ticket

logger = structlog.get_logger(__name__)

# How many clocks of one sort are handled in one run; the next run continues.
BATCH_SIZE = 500


def load_clocks(ticket: Ticket) -> Clocks:
    """Return the open clocks of a locked ticket; one query.

    ``is_stale`` is neither read nor saved with them: it can be set at any time without the ticket's lock.
    """
    open_ones = SlaClock.objects.filter(ticket=ticket, ended_at=None).defer("is_stale")
    return Clocks(ticket, open_ones, lambda: entitlement_of(ticket.organization))


def save_clocks(clocks: Clocks) -> None:
    """Save the clocks; the caller saves the ticket's ``CLOCK_FIELDS``.

    Those that ended go first, as only one of a kind can be open.
    """
    for clock in sorted(clocks.rows, key=lambda each: each.is_open):
        clock.save()


@transaction.atomic
def promise_update(*, actor: Actor, ticket: Ticket, at: datetime, now: datetime) -> SlaClock:
    """Promise the next update by an instant, as an agent; the customer can see it. Replaces an earlier one.

    Raises ``RuleViolation`` on a solved or closed ticket, and for an instant in the past or more than a
    year away.
    """
    require_agent(actor)
    ticket = lock(ticket)
    if ticket.is_finished:
        raise RuleViolation(
            "ticket_finished", "A solved ticket needs no further update.", field="next_update_at"
        )
    require_soon(at, now, field="next_update_at")
    clocks = load_clocks(ticket)
    clocks.update_promised(at, now, actor.person)
    save_clocks(clocks)
    ticket.updated_at = now
    ticket.save(update_fields=[*CLOCK_FIELDS, "updated_at"])
    record(
        ticket,
        ActivityKind.UPDATE_PROMISED,
        actor=actor,
        after={"due_at": at.isoformat()},
    )
    return clocks.rows[-1]


def recalculate_clocks(ticket: Ticket, now: datetime) -> None:
    """Apply the present targets and calendar to the open clocks of a locked ticket."""
    clocks = load_clocks(ticket)
    clocks.recalculate(now)
    save_clocks(clocks)
    ticket.save(update_fields=CLOCK_FIELDS)


def mark_stale(organizations: QuerySet | list[int] | None = None) -> int:
    """Have ``check_clocks`` recalculate the open clocks of some organizations, or of all."""
    found = SlaClock.objects.filter(ended_at=None, promised_by=None)
    if organizations is not None:
        found = found.filter(ticket__organization__in=organizations)
    return found.update(is_stale=True)


def check_clocks(now: datetime) -> int:
    """Recalculate stale clocks and publish what is due soon or overdue; return how many were published.

    Each clock is published once as due soon and once as overdue. One that became overdue while nothing
    checked is not published as due soon anymore.
    """

    def refresh(ticket: Ticket) -> int:
        # The mark is removed before anything is read: changes from here on set it again.
        SlaClock.objects.filter(ticket=ticket).update(is_stale=False)
        recalculate_clocks(ticket, now)
        return 0

    running = Q(ended_at=None, paused_at=None, is_best_effort=False)
    overdue = running & Q(due_at__lte=now, notified_at=None)
    due_soon = running & Q(warn_at__lte=now, due_at__gt=now, warned_at=None)
    return (
        _each_ticket_with(Q(is_stale=True, ended_at=None), refresh)
        + _each_ticket_with(overdue, lambda ticket: _publish(ticket, overdue, now, is_overdue=True))
        + _each_ticket_with(due_soon, lambda ticket: _publish(ticket, due_soon, now, is_overdue=False))
    )


def _each_ticket_with(which: Q, do: Callable[[Ticket], int]) -> int:
    """Call ``do`` for each ticket with such a clock, locked in its own transaction; return the sum.

    A ticket that someone else has locked waits for the next run, and one that fails doesn't stop the others.
    """
    found = SlaClock.objects.filter(which).order_by("pk").values_list("ticket", flat=True)[:BATCH_SIZE]
    count = 0
    for pk in dict.fromkeys(found):
        locked = Ticket.objects.select_for_update(of=("self",), skip_locked=True)
        try:
            with transaction.atomic():
                ticket = locked.select_related("organization").filter(pk=pk).first()
                count += do(ticket) if ticket else 0
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("clock_check_failed", ticket=pk)
    return count


def _publish(ticket: Ticket, which: Q, now: datetime, *, is_overdue: bool) -> int:
    """Publish the ticket's clocks for which the condition still holds."""
    clocks = list(SlaClock.objects.filter(which, ticket=ticket))
    kind = ActivityKind.RESPONSE_OVERDUE if is_overdue else ActivityKind.RESPONSE_DUE_SOON
    for clock in clocks:
        clock.warned_at = clock.warned_at or now
        if is_overdue:
            clock.notified_at, clock.breached_at = now, clock.due_at
        clock.save(update_fields=["warned_at", "notified_at", "breached_at"])
        assert clock.due_at  # noqa: S101 - both conditions ask for it
        after = {"clock": clock.kind, "due_at": clock.due_at.isoformat()}
        record(ticket, kind, actor=SYSTEM, after=after)
    if clocks and is_overdue:
        unsnooze(ticket, "a target was missed")
    return len(clocks)
