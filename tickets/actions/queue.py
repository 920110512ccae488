"""Saved views and how an agent sets the desk. No ticket changes, so nothing is published."""

from collections.abc import Sequence

from orgs.actor import Actor
from supportcenter.errors import RuleViolation, enforced_by_database
from tickets.actions.record import require_agent
from tickets.models.queue import QueuePreferences, SavedView
from tickets.permissions import may_change_view


def save_view(
    *, actor: Actor, name: str, query: str, columns: Sequence[str] = (), is_shared: bool = False
) -> SavedView:
    """Keep filters and order of the queue under a name. Raises ``RuleViolation`` for a name that is taken."""
    require_agent(actor)
    view = SavedView(owner=actor.person, name=name, query=query, columns=list(columns), is_shared=is_shared)
    return _save(view)


def change_view(
    *,
    actor: Actor,
    view: SavedView,
    name: str,
    query: str,
    columns: Sequence[str] = (),
    is_shared: bool = False,
) -> SavedView:
    """Rename, fill anew, share or take back. One that lost its owner stays shared."""
    _require_hold(actor, view)
    view.name, view.query, view.columns = name, query, list(columns)
    view.is_shared = is_shared or view.owner_id is None
    return _save(view)


def delete_view(*, actor: Actor, view: SavedView) -> None:
    """Forget a view; from everybody's desk, if it was shared."""
    _require_hold(actor, view)
    view.delete()


def save_queue_preferences(*, actor: Actor, columns: Sequence[str], density: str) -> QueuePreferences:
    """Keep how the agent wants the queue."""
    require_agent(actor)
    values = {"columns": list(columns), "density": density}
    preferences, _ = QueuePreferences.objects.update_or_create(user=actor.person, defaults=values)
    return preferences


def _save(view: SavedView) -> SavedView:
    with enforced_by_database("name_taken", f"There is already a view “{view.name}”.", field="name"):
        view.save()
    return view


def _require_hold(actor: Actor, view: SavedView) -> None:
    require_agent(actor)
    if not may_change_view(actor, view):
        raise RuleViolation("not_yours", "This view belongs to somebody else.")
