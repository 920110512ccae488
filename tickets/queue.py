"""The agents' workspace: the queue's views, and each agent's display preferences."""

from dataclasses import dataclass

from django.urls import reverse

from orgs.access import require
from orgs.actor import Actor
from orgs.roles import Capability
from tickets.access import saved_views
from tickets.models.queue import QueuePreferences, SavedView

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
