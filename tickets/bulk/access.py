"""The agents' desk: the only door to the queue, its views, and how each agent has set it."""

from django.db.models import Count, QuerySet
from django.http import Http404

from orgs.access import require
from orgs.actor import Actor
from orgs.roles import Capability
from tickets.bulk.models import BulkItem, BulkJob, Outcome


def bulk_jobs_of(actor: Actor) -> QuerySet[BulkJob]:
    """What the agent asked for, the newest first."""
    require(actor, Capability.WORK_QUEUE)
    return BulkJob.objects.filter(requested_by=actor.person).order_by("-pk")


def bulk_job_for(actor: Actor, pk: int) -> BulkJob:
    """One job that the agent asked for; anybody else's is 404."""
    found = bulk_jobs_of(actor).filter(pk=pk).first()
    if found is None:
        raise Http404("No such job")
    return found


def outcomes_of(job: BulkJob) -> dict[str, int]:
    """How many tickets of a job came out how; those outcomes that there are, in their order; one query."""
    rows = job.items.order_by().values_list("outcome").annotate(Count("pk"))
    counts = dict(rows)
    return {outcome: counts[outcome] for outcome in Outcome if outcome in counts}


def items_of(job: BulkJob, outcome: str = "") -> QuerySet[BulkItem]:
    """The tickets of a job, or those with one outcome."""
    items = job.items.select_related("ticket")
    return items.filter(outcome=outcome) if outcome in Outcome.values else items
