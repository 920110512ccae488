"""Request a bulk change, make it ticket by ticket, and cancel it."""

import time
from typing import Any

import structlog
from django.core.exceptions import EmptyResultSet
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from orgs.actor import Actor
from orgs.source import Source
from supportcenter.errors import RuleViolation
from supportcenter.outbox.nudge import Nudge
from tickets.actions.record import lock, require_agent
from tickets.bulk.changes import CHANGES
from tickets.bulk.models import BulkItem, BulkJob, Outcome
from tickets.models.ticket import Ticket, TicketQuerySet

logger = structlog.get_logger(__name__)
run_bulk_nudge = Nudge("tickets.run_bulk")

MAX_TICKETS = 10_000
# Seconds after which a worker turns to other tasks, and sends a nudge for the rest.
SLICE = 2.0


@transaction.atomic
def request_bulk(
    *,
    actor: Actor,
    tickets: TicketQuerySet,
    kind: str,
    arguments: dict[str, Any],
    words: str,
    query: str = "",
) -> BulkJob:
    """Request one change of each of ``tickets``, as they are found now, on behalf of the actor.

    ``query`` is the filter that found them, if one did. Raises ``RuleViolation`` if there are none, or more
    than ``MAX_TICKETS``.
    """
    require_agent(actor)
    job = BulkJob.objects.create(
        requested_by=actor.person, kind=kind, arguments=arguments, words=words, query=query
    )
    job.total = _create_items(job, tickets)
    if not job.total:
        raise RuleViolation("nothing_chosen", "Choose at least one ticket.")
    if job.total > MAX_TICKETS:
        raise RuleViolation(
            "too_many", f"At most {MAX_TICKETS:,} tickets can be changed at once. Narrow the filter."
        )
    job.save(update_fields=["total"])
    run_bulk_nudge.send_on_commit()
    return job


def _create_items(job: BulkJob, tickets: TicketQuerySet) -> int:
    """Create the items of the job in one statement, at most ``MAX_TICKETS`` + 1; return their number."""
    meant = tickets.order_by("pk").values("pk")[: MAX_TICKETS + 1]
    try:
        sql, parameters = meant.query.sql_with_params()
    except EmptyResultSet:  # Django knows without a query that nothing matches
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_bulkitem (job_id, ticket_id, outcome, message)"  # noqa: S608 - Django's own SQL
            f" SELECT %s, id, %s, '' FROM ({sql}) AS meant (id)",
            [job.pk, Outcome.WAITING, *parameters],
        )
        return cursor.rowcount


@transaction.atomic
def cancel_bulk(*, actor: Actor, job: BulkJob) -> BulkJob:
    """Cancel the rest of a job. A ticket that a worker is changing at this moment is still changed."""
    if job.requested_by_id != actor.user_id:
        raise RuleViolation("not_yours", "This bulk change belongs to someone else.")
    job = BulkJob.objects.select_for_update().get(pk=job.pk)
    if not job.finished_at:
        job.canceled_at = job.canceled_at or timezone.now()
        job.save(update_fields=["canceled_at"])
        _cancel_waiting(job)
        _finish(job)
    return job


def run_bulk() -> int:
    """Work on waiting jobs until none is left or the time slice has passed; return the number of tickets.

    Any number of workers can run this at once: they skip each other's tickets. A worker that dies has changed
    a ticket and saved its outcome, or neither. The requester's rights are read again each time.
    """
    until, count = time.monotonic() + SLICE, 0
    for job in BulkJob.objects.filter(finished_at=None).select_related("requested_by").order_by("pk"):
        if job.canceled_at:
            _cancel_waiting(job)
        actor = Actor.of(job.requested_by, Source.WEB)
        while _do_next(job, actor):
            count += 1
            if time.monotonic() > until:
                run_bulk_nudge.send()
                return count
        _finish(job)
    return count


@transaction.atomic
def _do_next(job: BulkJob, actor: Actor) -> bool:
    """Change the first waiting ticket that no other worker is changing; return whether there was one."""
    waiting = job.items.filter(outcome=Outcome.WAITING).order_by("pk")
    item = waiting.select_for_update(skip_locked=True).first()
    if item is None:
        return False
    item.outcome, item.message = _do(job, actor, item.ticket_id)
    item.done_at = timezone.now()
    item.save(update_fields=["outcome", "message", "done_at"])
    return True


def _do(job: BulkJob, actor: Actor, ticket_id: int) -> tuple[Outcome, str]:
    """Change one ticket just as the agent would on its page; return the outcome and the reason."""
    change = CHANGES[job.kind]
    try:
        with transaction.atomic():
            ticket = Ticket.objects.visible_to(actor).filter(pk=ticket_id).first()
            if ticket is None:
                return Outcome.REFUSED, "You can no longer see this ticket."
            present = ticket if change.locks_itself else lock(ticket)
            if present != ticket:
                return Outcome.REFUSED, f"It was merged into {present.reference}."
            if change.is_done(present, job.arguments):
                return Outcome.SKIPPED, ""
            change.make(actor, present, job.arguments)
    except RuleViolation as violation:
        return Outcome.REFUSED, violation.message[:300]
    except (OperationalError, InterfaceError):
        raise  # the database will come back, and the ticket still waits
    except Exception:
        logger.exception("bulk_item_failed", job=job.pk, ticket=ticket_id)
        return Outcome.FAILED, "Something went wrong on our side. The ticket was not changed."
    return Outcome.DONE, ""


@transaction.atomic
def _cancel_waiting(job: BulkJob) -> None:
    waiting = job.items.filter(outcome=Outcome.WAITING).select_for_update(skip_locked=True)
    left = list(waiting.values_list("pk", flat=True))
    BulkItem.objects.filter(pk__in=left).update(outcome=Outcome.CANCELED, done_at=timezone.now())


def _finish(job: BulkJob) -> None:
    """Mark a job as finished if nothing waits; otherwise the worker that changes the last ticket will."""
    if not job.items.filter(outcome=Outcome.WAITING).exists():
        BulkJob.objects.filter(pk=job.pk, finished_at=None).update(finished_at=timezone.now())
