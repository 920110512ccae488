"""Loading and keeping the clocks of a ticket, promises of updates, and watching over what runs out."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from billing.entitlements import entitlement_of
from orgs.actor import SYSTEM, Actor
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.record import lock, record, require_agent
from tickets.clock.clocks import CLOCK_FIELDS, Clocks
from tickets.models.clock import RESPONSES, ClockKind, SlaClock
from tickets.models.conversation import ActivityKind
from tickets.models.ticket import Ticket
from tickets.states import Status, after_customer_comment

logger = structlog.get_logger(__name__)

# How many tickets are reckoned anew in one run; the next run goes on.
AT_A_TIME = 500


def clocks_of(ticket: Ticket) -> Clocks:
    """The open clocks of a locked ticket; one query.

    ``is_stale`` is neither read nor saved with them: it may be set at any moment, without the ticket's lock.
    """
    open_ones = SlaClock.objects.filter(ticket=ticket, ended_at=None).defer("is_stale")
    return Clocks(ticket, open_ones, lambda: entitlement_of(ticket.organization))


def keep(clocks: Clocks) -> None:
    """Store the clocks as they are now; the ticket's own ``CLOCK_FIELDS`` are for the caller to save.

    Those that ended go first, as only one of a kind can be open.
    """
    for clock in sorted(clocks.rows, key=lambda each: each.is_open):
        clock.save()


@transaction.atomic
def promise_update(*, actor: Actor, ticket: Ticket, at: datetime, now: datetime) -> SlaClock:
    """Promise the next update by an instant, as an agent; the customer reads it. It replaces an earlier one.

    Raises ``RuleViolation`` on a finished ticket, and for an instant that is over.
    """
    require_agent(actor)
    ticket = lock(ticket)
    if ticket.is_finished:
        raise RuleViolation("ticket_finished", "A solved ticket needs no update.", field="next_update_at")
    if at <= now:
        raise RuleViolation("in_the_past", "Choose a time that is still to come.", field="next_update_at")
    clocks = clocks_of(ticket)
    clocks.promised(at, now, actor.person)
    keep(clocks)
    ticket.updated_at = now
    ticket.save(update_fields=[*CLOCK_FIELDS, "updated_at"])
    record(
        ticket,
        ActivityKind.UPDATE_PROMISED,
        events.TICKET_UPDATE_PROMISED,
        actor=actor,
        after={"due_at": at.isoformat()},
    )
    return clocks.rows[-1]


def adopt(*, target: Ticket, source: Ticket, now: datetime) -> None:
    """Close a ticket that goes into another; what was owed on it is owed there, since the same time.

    A promised update goes over where the target has none. Both tickets are locked, and saved here.
    """
    leaving, clocks = clocks_of(source), clocks_of(target)
    owed, promise = leaving.open_one(*RESPONSES), leaving.open_one(ClockKind.NEXT_UPDATE)
    if owed and owed.is_running:
        target.status = after_customer_comment(target.status)
        target.solved_at = target.snoozed_until = None
        clocks.asked(now)
        clocks.owe_like(owed, now)
    if promise and promise.due_at and promise.promised_by and not clocks.open_one(ClockKind.NEXT_UPDATE):
        clocks.promised(promise.due_at, now, promise.promised_by)
    source.status, source.solved_at = Status.CLOSED, source.solved_at or now
    leaving.rested(Status.CLOSED, now)
    for ticket, its in ((source, leaving), (target, clocks)):
        keep(its)
        ticket.updated_at = now
        ticket.save(update_fields=["status", "solved_at", "snoozed_until", *CLOCK_FIELDS, "updated_at"])


def reckon(ticket: Ticket, now: datetime) -> None:
    """Have the open clocks of a locked ticket be as promised now."""
    clocks = clocks_of(ticket)
    clocks.reckon_anew(now)
    keep(clocks)
    ticket.save(update_fields=CLOCK_FIELDS)


def mark_stale(organizations: QuerySet | list[int] | None = None) -> int:
    """Have the open clocks of some organizations, or of all, reckoned anew by the next ``watch``."""
    found = SlaClock.objects.filter(ended_at=None, promised_by=None)
    if organizations is not None:
        found = found.filter(ticket__organization__in=organizations)
    return found.update(is_stale=True)


def watch(now: datetime) -> int:
    """Reckon anew what is stale, and tell of what is about to run out and of what has; how many were told of.

    Each clock is told of once for each. One that ran out while nobody watched is not warned of any more.
    """

    def refresh(ticket: Ticket) -> int:
        # The mark goes before anything is read: what changes from here on marks them again.
        SlaClock.objects.filter(ticket=ticket).update(is_stale=False)
        reckon(ticket, now)
        return 0

    running = Q(ended_at=None, paused_at=None, is_best_effort=False)
    over = running & Q(due_at__lte=now, told_at=None)
    soon = running & Q(warn_at__lte=now, due_at__gt=now, warned_at=None)
    return (
        _each_with(Q(is_stale=True, ended_at=None), refresh)
        + _each_with(over, lambda ticket: _tell_of(ticket, over, now, is_over=True))
        + _each_with(soon, lambda ticket: _tell_of(ticket, soon, now, is_over=False))
    )


def _each_with(which: Q, do: Callable[[Ticket], int]) -> int:
    """Do something with each ticket that has such a clock, locked in a transaction of its own; the sum of it.

    One that somebody holds waits for the next run; one that fails keeps nobody from hearing of the rest.
    """
    found = SlaClock.objects.filter(which).order_by("pk").values_list("ticket", flat=True)[:AT_A_TIME]
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
            logger.exception("clock_not_watched", ticket=pk)
    return count


def _tell_of(ticket: Ticket, which: Q, now: datetime, *, is_over: bool) -> int:
    """Tell of the ticket's clocks for which it is still true."""
    clocks = list(SlaClock.objects.filter(which, ticket=ticket))
    kind, event = (
        (ActivityKind.RESPONSE_OVERDUE, events.TICKET_RESPONSE_OVERDUE)
        if is_over
        else (ActivityKind.RESPONSE_DUE_SOON, events.TICKET_RESPONSE_DUE_SOON)
    )
    for clock in clocks:
        clock.warned_at = clock.warned_at or now
        if is_over:
            clock.told_at, clock.breached_at = now, clock.due_at
        clock.save(update_fields=["warned_at", "told_at", "breached_at"])
        assert clock.due_at  # noqa: S101 - both conditions ask for it
        after = {"clock": clock.kind, "due_at": clock.due_at.isoformat()}
        record(ticket, kind, event, actor=SYSTEM, after=after, is_internal=True)
    return len(clocks)
