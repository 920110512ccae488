"""The agents' desk: the only door to the queue, its views, and how each agent has set it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, QuerySet, Value
from django.http import Http404, QueryDict
from django.urls import reverse

from billing.entitlements import tier_names_of
from orgs.access import require
from orgs.actor import Actor
from orgs.models import Organization
from orgs.roles import Capability
from tickets.models.bulk import BulkItem, BulkJob, Outcome
from tickets.models.desk import DeskPreferences, SavedView
from tickets.models.ticket import Ticket
from tickets.querysets import TicketQuerySet
from tickets.rules import may_change_view

# Counting stops here: the number is for orientation.
MOST_COUNTED = 99
# So many views are counted at most, and so many organizations offered while a name is typed.
VIEWS_COUNTED = 20
ORGANIZATIONS_OFFERED = 300
# Columns that can be chosen, in their order; the subject and the clock are always there.
COLUMNS = {
    "severity": "Severity",
    "organization": "Organization",
    "product": "Product",
    "requester": "Requester",
    "status": "Status",
    "assignee": "Assignee",
    "last_word": "Last word",
    "created": "Created",
    "updated": "Updated",
}
USUAL_COLUMNS = ["severity", "organization", "status", "assignee", "last_word"]


@dataclass(frozen=True)
class View:
    """A named query string of the queue's own form; ``saved`` is its row, if somebody made it."""

    slug: str
    name: str
    query: str
    saved: SavedView | None = None

    @property
    def url(self) -> str:
        return reverse("tickets:queue", args=[self.slug] if self.slug != FIRST else [])

    def filled(self, query: QueryDict) -> QueryDict:
        """What the form is filled with: the view's own values, and over them those of the address."""
        values = QueryDict(self.query, mutable=True)
        for name in query:
            values.setlist(name, query.getlist(name))
        return values


FIRST = "unfinished"
BUILT_IN = [
    View(FIRST, "All open", ""),
    View("mine", "Mine", "assignee=me"),
    View("unassigned", "Unassigned", "assignee=nobody"),
    View("escalated", "Escalated", "escalated=yes"),
    View("due", "Due soon", "due=soon"),
    View("waiting", "Waiting", "status=waiting"),
    View("aside", "Put aside", "aside=only"),
    View("all", "Everything", "status=any&sort=-updated"),
]


@dataclass(frozen=True)
class Desk:
    """What one agent has before them: views and preferences; two queries."""

    actor: Actor
    views: list[View]
    preferences: DeskPreferences

    def view(self, slug: str) -> View | None:
        return next((each for each in self.views if each.slug == slug), None)

    @property
    def usual_columns(self) -> list[str]:
        return self.preferences.columns or USUAL_COLUMNS

    def columns(self, view: View) -> list[str]:
        """The columns of a view: its own, else those that the agent usually has."""
        chosen = (view.saved.columns if view.saved else []) or self.usual_columns
        return [name for name in COLUMNS if name in chosen]


def desk_of(actor: Actor) -> Desk:
    """The desk of somebody who works the queue; anybody else gets 403."""
    require(actor, Capability.WORK_QUEUE)
    saved = [View(str(each.pk), each.name, each.query, each) for each in saved_views(actor)]
    preferences = DeskPreferences.objects.filter(user=actor.person).first()
    return Desk(actor, [*BUILT_IN, *saved], preferences or DeskPreferences(user=actor.person))


def queue_tickets(actor: Actor) -> TicketQuerySet:
    """All tickets that can stand in the queue, for staff who work it."""
    require(actor, Capability.WORK_QUEUE)
    return Ticket.objects.visible_to(actor)


def tickets_tagged(name: str) -> QuerySet:
    """Ids of tickets with a tag."""
    return Ticket.tags.through.objects.filter(tag__name=name.lower()).values("ticket")


def saved_views(actor: Actor) -> QuerySet[SavedView]:
    """The agent's own views and the shared ones, by name, with their owners."""
    require(actor, Capability.WORK_QUEUE)
    return SavedView.objects.visible_to(actor).select_related("owner")


def saved_view_for(actor: Actor, pk: int) -> SavedView:
    """A view that the agent may change: their own; a shared one also for duty leads. Else 403."""
    found = saved_views(actor).filter(pk=pk).first()
    if found is None:
        raise Http404("No such view")
    if not may_change_view(actor, found):
        raise PermissionDenied
    return found


def counts_of(views: Mapping[str, TicketQuerySet]) -> dict[str, str]:
    """How many tickets each view holds, by its slug, counted no further than shown; one query."""
    parts = [_first_few(tickets, number) for number, tickets in enumerate(views.values())]
    rows = parts[0].union(*parts[1:], all=True) if parts else []
    counts = Counter(row["view"] for row in rows)
    return {slug: _in_words(counts[number]) for number, slug in enumerate(views)}


def _first_few(tickets: TicketQuerySet, number: int) -> QuerySet:
    counted = tickets.order_by().annotate(view=Value(number, output_field=IntegerField()))
    return counted.values("view")[: MOST_COUNTED + 1]


def _in_words(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


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


def tier_names(tickets: Iterable[Ticket]) -> dict[int, str]:
    """The present tiers of the organizations of some tickets, by organization id."""
    return tier_names_of({each.organization_id for each in tickets})


def organizations_to_name(actor: Actor) -> list[str]:
    """Names that are offered while an organization is typed into the filter."""
    require(actor, Capability.WORK_QUEUE)
    names = Organization.objects.order_by("name").values_list("name", flat=True)
    return list(names[:ORGANIZATIONS_OFFERED])
