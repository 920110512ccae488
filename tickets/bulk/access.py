"""Access to bulk jobs: agents see their own."""

from django.db.models import Count, QuerySet

from orgs.access import require
from orgs.actor import Actor
from orgs.roles import Capability
from supportcenter.http import found_or_404
from tickets.bulk.models import BulkItem, BulkJob, Outcome


def bulk_jobs_of(actor: Actor) -> QuerySet[BulkJob]:
    """Return the jobs that the agent requested, newest first."""
    require(actor, Capability.WORK_QUEUE)
    return BulkJob.objects.filter(requested_by=actor.person).order_by("-pk")


def bulk_job_for(actor: Actor, pk: int) -> BulkJob:
    """Return one job that the agent requested; 404 for anyone else's."""
    return found_or_404(bulk_jobs_of(actor).filter(pk=pk).first(), "No such job")


def outcomes_of(job: BulkJob) -> dict[str, int]:
    """Count the tickets of a job by outcome, in the order of the outcomes; costs one query."""
    rows = job.items.order_by().values_list("outcome").annotate(Count("pk"))
    counts = dict(rows)
    return {outcome: counts[outcome] for outcome in Outcome if outcome in counts}


def items_of(job: BulkJob, outcome: str = "") -> QuerySet[BulkItem]:
    """Return the items of a job, or those with one outcome."""
    items = job.items.select_related("ticket")
    return items.filter(outcome=outcome) if outcome in Outcome.values else items
