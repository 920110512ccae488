"""What every action does around its change: lock the ticket before, record and publish after."""

from typing import Any

from orgs.actor import Actor
from supportcenter.outbox.publish import publish
from tickets.models import Activity, ActivityKind, Comment, Ticket


def lock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, locked until the transaction ends."""
    return Ticket.objects.select_for_update(of=("self",)).select_related("organization").get(pk=ticket.pk)


def record(
    ticket: Ticket,
    kind: ActivityKind,
    event: str,
    *,
    actor: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    comment: Comment | None = None,
    is_internal: bool = False,
) -> Activity:
    """Write the history row of a change and publish the fact."""
    activity = Activity.objects.create(
        ticket=ticket,
        kind=kind,
        actor=actor.user,
        source=actor.source,
        comment=comment,
        before=before or {},
        after=after or {},
        is_internal=is_internal,
    )
    publish(event, {"ticket": ticket.pk, "activity": activity.pk}, actor_id=actor.user_id)
    return activity
