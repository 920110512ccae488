"""The agents' desk: the only door to the queue, its views, and how each agent has set it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import IntegerField, QuerySet, Value
from django.http import QueryDict
from django.urls import reverse

from orgs.access import require
from orgs.actor import Actor
from orgs.roles import Capability
from tickets.access import saved_views
from tickets.models.queue import QueuePreferences, SavedView
from tickets.models.ticket import TicketQuerySet

# Counting stops here: the number is for orientation.
MOST_COUNTED = 99
# So many views are counted at most, and so many organizations offered while a name is typed.
VIEWS_COUNTED = 20
# Columns that can be chosen, in their order; the subject and the clock are always there.
COLUMNS = {
    "severity": "Severity",
    "organization": "Organization",
    "product": "Product",
    "requester": "Requester",
    "status": "Status",
    "assignee": "Assignee",
    "last_reply": "Last reply",
    "created": "Created",
    "updated": "Updated",
}
USUAL_COLUMNS = ["severity", "organization", "status", "assignee", "last_reply"]


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
class Workspace:
    """What one agent has before them: views and preferences; two queries."""

    actor: Actor
    views: list[View]
    preferences: QueuePreferences

    def view(self, slug: str) -> View | None:
        return next((each for each in self.views if each.slug == slug), None)

    @property
    def usual_columns(self) -> list[str]:
        return self.preferences.columns or USUAL_COLUMNS

    def columns(self, view: View) -> list[str]:
        """The columns of a view: its own, else those that the agent usually has."""
        chosen = (view.saved.columns if view.saved else []) or self.usual_columns
        return [name for name in COLUMNS if name in chosen]


def workspace_for(actor: Actor) -> Workspace:
    """The desk of somebody who works the queue; anybody else gets 403."""
    require(actor, Capability.WORK_QUEUE)
    saved = [View(str(each.pk), each.name, each.query, each) for each in saved_views(actor)]
    preferences = QueuePreferences.objects.filter(user=actor.person).first()
    return Workspace(actor, [*BUILT_IN, *saved], preferences or QueuePreferences(user=actor.person))


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
