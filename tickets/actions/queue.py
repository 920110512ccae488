"""Saved views and queue preferences. No ticket changes, so nothing is published."""

from collections.abc import Sequence
from dataclasses import replace

from orgs.actor import Actor
from supportcenter.errors import RuleViolation, enforced_by_database
from tickets.actions.record import require_agent
from tickets.models.queue import QueuePreferences, SavedView
from tickets.permissions import may_change_view
from tickets.search.operators import OPERATORS
from tickets.search.syntax import Term, Words, parse, write


def save_view(
    *,
    actor: Actor,
    name: str,
    query: str,
    sort: str = "",
    columns: Sequence[str] = (),
    is_shared: bool = False,
) -> SavedView:
    """Save a filter and an order of the queue. Raises ``RuleViolation`` if the name is taken."""
    require_agent(actor)
    view = SavedView(owner=actor.person, is_shared=is_shared)
    return _save(view, name, query, sort, columns)


def change_view(
    *,
    actor: Actor,
    view: SavedView,
    name: str,
    query: str,
    sort: str = "",
    columns: Sequence[str] = (),
    is_shared: bool = False,
) -> SavedView:
    """Change a view. One that lost its owner stays shared."""
    _require_may_change(actor, view)
    view.is_shared = is_shared or view.owner_id is None
    return _save(view, name, query, sort, columns)


def delete_view(*, actor: Actor, view: SavedView) -> None:
    """Delete a view, for all agents if it was shared."""
    _require_may_change(actor, view)
    view.delete()


def rename_tag_in_views(before: str, after: str) -> None:
    """Update saved views after a tag is renamed."""

    def renamed(part: Words | Term) -> Words | Term:
        if isinstance(part, Term) and part.name == "tag" and part.value.lower() == before:
            return replace(part, value=after)
        return part

    for view in SavedView.objects.filter(query__icontains=before).select_for_update():
        view.query = write(map(renamed, parse(view.query, OPERATORS).parts))
        view.save(update_fields=["query"])


def save_queue_preferences(*, actor: Actor, columns: Sequence[str], density: str) -> QueuePreferences:
    """Save the agent's columns and density for the queue."""
    require_agent(actor)
    values = {"columns": list(columns), "density": density}
    preferences, _ = QueuePreferences.objects.update_or_create(user=actor.person, defaults=values)
    return preferences


def _save(view: SavedView, name: str, query: str, sort: str, columns: Sequence[str]) -> SavedView:
    view.name, view.query, view.sort, view.columns = name, query, sort, list(columns)
    with enforced_by_database("name_taken", f"There is already a view “{name}”.", field="name"):
        view.save()
    return view


def _require_may_change(actor: Actor, view: SavedView) -> None:
    require_agent(actor)
    if not may_change_view(actor, view):
        raise RuleViolation("not_yours", "This view belongs to someone else.")
