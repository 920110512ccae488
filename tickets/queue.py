"""The agents' workspace: the queue's views, and each agent's display preferences."""

from dataclasses import dataclass

from django.urls import reverse

from orgs.access import require
from orgs.actor import Actor
from orgs.roles import Capability
from tickets.access import queue_tickets, saved_views
from tickets.models.queue import QueuePreferences, SavedView
from tickets.paging import CountStatement
from tickets.search.finding import filtered

# The most views that are counted.
VIEWS_COUNTED = 20
# Columns to choose from, in their order; the subject and the clock are always there.
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
DEFAULT_COLUMNS = ["severity", "organization", "status", "assignee", "last_reply"]


@dataclass(frozen=True)
class View:
    """A filter, in the filter language, and an order under a name. ``saved`` is its row, if it has one."""

    slug: str
    name: str
    query: str
    sort: str = ""
    saved: SavedView | None = None

    @property
    def url(self) -> str:
        return reverse("tickets:queue", args=[self.slug] if self.slug != FIRST else [])


FIRST = "unfinished"
OPEN = "status:unfinished -is:snoozed"
BUILT_IN = [
    View(FIRST, "All open", OPEN),
    View("mine", "Mine", f"{OPEN} assignee:me"),
    View("unassigned", "Unassigned", f"{OPEN} assignee:none"),
    View("escalated", "Escalated", f"{OPEN} is:escalated"),
    View("due", "Due soon", f"{OPEN} is:due"),
    View("waiting", "Waiting", "status:waiting,hold -is:snoozed"),
    View("snoozed", "Snoozed", "status:unfinished is:snoozed"),
    View("all", "Everything", "", sort="-updated"),
]


@dataclass(frozen=True)
class Workspace:
    """The views and preferences of one agent."""

    actor: Actor
    views: list[View]
    preferences: QueuePreferences

    def view(self, slug: str) -> View | None:
        return next((each for each in self.views if each.slug == slug), None)

    @property
    def default_columns(self) -> list[str]:
        return self.preferences.columns or DEFAULT_COLUMNS

    def columns(self, view: View) -> list[str]:
        """Return the columns of a view: its own, or else the agent's usual ones."""
        chosen = (view.saved.columns if view.saved else []) or self.default_columns
        return [name for name in COLUMNS if name in chosen]


def workspace_for(actor: Actor) -> Workspace:
    """Return the workspace of an agent; 403 for anyone else. Costs two queries."""
    require(actor, Capability.WORK_QUEUE)
    saved = [View(str(each.pk), each.name, each.query, each.sort, each) for each in saved_views(actor)]
    preferences = QueuePreferences.objects.filter(user=actor.person).first()
    return Workspace(actor, [*BUILT_IN, *saved], preferences or QueuePreferences(user=actor.person))


def counts_of_views(workspace: Workspace) -> dict[str, str]:
    """Return the counts of the first views by slug, but not of searches and the view of all; one query."""
    views = [each for each in workspace.views[:VIEWS_COUNTED] if each.query]
    return _count_statement(workspace.actor, {each.slug: each.query for each in views}).run()


# By agent and filters, which are all that a statement depends on. Django writes it ten times as
# long as it runs.
_statements: dict[object, CountStatement] = {}
MOST_KEPT = 500


def _count_statement(actor: Actor, queries: dict[str, str]) -> CountStatement:
    key = (actor.user_id, *queries.items())
    tickets = queue_tickets(actor)
    if kept := _statements.get(key):
        return kept
    found = {slug: filtered(actor, tickets, query) for slug, query in queries.items()}
    countable = {slug: each for slug, each in found.items() if each is not None}
    statement = CountStatement.of({slug: each.queryset for slug, each in countable.items()})
    if not any(each.is_dated for each in countable.values()):
        if len(_statements) >= MOST_KEPT:
            _statements.clear()
        _statements[key] = statement
    return statement
