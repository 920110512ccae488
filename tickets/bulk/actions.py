"""Asking for one change of many tickets, carrying it out ticket by ticket, and stopping it."""

import time
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from orgs.actor import Actor
from orgs.source import Source
from supportcenter.errors import RuleViolation
from tickets.actions.record import lock, require_agent
from tickets.bulk import bell
from tickets.bulk.changes import CHANGES
from tickets.bulk.models import BulkItem, BulkJob, Outcome
from tickets.models.ticket import Ticket, TicketQuerySet

logger = structlog.get_logger(__name__)

MOST_TICKETS = 10_000
# Seconds after which a worker turns to other tasks; it has had somebody called for the rest.
SLICE = 2.0


@transaction.atomic
def request_bulk(
    *, actor: Actor, tickets: TicketQuerySet, kind: str, arguments: dict[str, Any], words: str
) -> BulkJob:
    """Have one change made on each of ``tickets``, as they are found now, in the name of the actor.

    Raises ``RuleViolation`` for none, and for more than ``MOST_TICKETS``.
    """
    require_agent(actor)
    job = BulkJob.objects.create(requested_by=actor.person, kind=kind, arguments=arguments, words=words)
    job.total = _freeze(job, tickets)
    if not job.total:
        raise RuleViolation("nothing_chosen", "Choose at least one ticket.")
    if job.total > MOST_TICKETS:
        raise RuleViolation(
            "too_many", f"At most {MOST_TICKETS:,} tickets can be changed at once. Filter for fewer."
        )
    job.save(update_fields=["total"])
    bell.ring_on_commit()
    return job


def _freeze(job: BulkJob, tickets: TicketQuerySet) -> int:
    """Write down which tickets are meant, in one statement and one more than allowed at most; how many."""
    meant = tickets.order_by("pk").values("pk")[: MOST_TICKETS + 1]
    sql, parameters = meant.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_bulkitem (job_id, ticket_id, outcome, message)"  # noqa: S608 - Django's own SQL
            f" SELECT %s, id, %s, '' FROM ({sql}) AS meant (id)",
            [job.pk, Outcome.WAITING, *parameters],
        )
        return cursor.rowcount


@transaction.atomic
def cancel_bulk(*, actor: Actor, job: BulkJob) -> BulkJob:
    """Leave alone what was not changed yet. What a worker has in hand this moment is still finished."""
    if job.requested_by_id != actor.user_id:
        raise RuleViolation("not_yours", "Somebody else asked for this.")
    job = BulkJob.objects.select_for_update().get(pk=job.pk)
    if not job.finished_at:
        job.cancelled_at = job.cancelled_at or timezone.now()
        job.save(update_fields=["cancelled_at"])
        _leave_the_rest(job)
        _finish(job)
    return job


def run_bulk() -> int:
    """Carry out jobs that wait until none is left or a slice of time is over; how many tickets were done.

    Any number of workers can do this at once: nobody takes what another has in hand. A worker that dies has
    changed a ticket and noted its outcome, or neither. Whoever asked is looked up anew each time, and does
    what they may do now.
    """
    until, count = time.monotonic() + SLICE, 0
    for job in BulkJob.objects.filter(finished_at=None).select_related("requested_by").order_by("pk"):
        if job.cancelled_at:
            _leave_the_rest(job)
        actor = Actor.of(job.requested_by, Source.WEB)
        while _do_next(job, actor):
            count += 1
            if time.monotonic() > until:
                bell.run_bulk.ring()
                return count
        _finish(job)
    return count


@transaction.atomic
def _do_next(job: BulkJob, actor: Actor) -> bool:
    """Do the first ticket that waits and that nobody has in hand; whether there was one."""
    waiting = job.items.filter(outcome=Outcome.WAITING).order_by("pk")
    item = waiting.select_for_update(skip_locked=True).first()
    if item is None:
        return False
    item.outcome, item.message = _do(job, actor, item.ticket_id)
    item.done_at = timezone.now()
    item.save(update_fields=["outcome", "message", "done_at"])
    return True


def _do(job: BulkJob, actor: Actor, ticket_id: int) -> tuple[Outcome, str]:
    """Change one ticket as if the agent had done it by hand; what came of it, and why."""
    change = CHANGES[job.kind]
    try:
        with transaction.atomic():
            ticket = Ticket.objects.visible_to(actor).filter(pk=ticket_id).first()
            if ticket is None:
                return Outcome.REFUSED, "You may not see this ticket any more."
            present = ticket if change.locks_itself else lock(ticket)
            if present != ticket:
                return Outcome.REFUSED, f"It was merged into {present.reference}."
            if change.is_so(present, job.arguments):
                return Outcome.SKIPPED, ""
            change.make(actor, present, job.arguments)
    except RuleViolation as violation:
        return Outcome.REFUSED, violation.message[:300]
    except (OperationalError, InterfaceError):
        raise  # the database will be back; the ticket still waits
    except Exception:
        logger.exception("bulk_item_failed", job=job.pk, ticket=ticket_id)
        return Outcome.FAILED, "Something went wrong on our side. The ticket is as it was."
    return Outcome.DONE, ""


@transaction.atomic
def _leave_the_rest(job: BulkJob) -> None:
    waiting = job.items.filter(outcome=Outcome.WAITING).select_for_update(skip_locked=True)
    left = list(waiting.values_list("pk", flat=True))
    BulkItem.objects.filter(pk__in=left).update(outcome=Outcome.CANCELLED, done_at=timezone.now())


def _finish(job: BulkJob) -> None:
    """Mark a job of which nothing waits; while another worker has a ticket in hand, that one will."""
    if not job.items.filter(outcome=Outcome.WAITING).exists():
        BulkJob.objects.filter(pk=job.pk, finished_at=None).update(finished_at=timezone.now())
