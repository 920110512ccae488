"""What every action does around its change: check who acts, lock the ticket, then record and publish."""

from typing import Any

from orgs.actor import Actor
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.outbox.publish import publish
from tickets.models.conversation import Activity, ActivityKind, Comment
from tickets.models.ticket import Ticket, TicketQuerySet


def require_agent(actor: Actor) -> None:
    """Let only who works the queue on."""
    if not actor.can(Capability.WORK_QUEUE):
        raise RuleViolation("not_staff", "Only support staff can do this.")


def lock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, locked until the transaction ends.

    Of one that was merged it is the ticket into which it went: whatever comes in for it lands there.
    """
    pk = ticket.pk
    while (found := _locked().filter(pk=pk, merged_into=None).first()) is None:
        pk = Ticket.objects.values_list("merged_into_id", flat=True).get(pk=pk) or pk
    return found


def lock_both(one: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Two tickets themselves, merged or not, locked in order of their ids: nobody waits in a circle."""
    found = {each.pk: each for each in _locked().filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    return found[one.pk], found[other.pk]


def _locked() -> TicketQuerySet:
    tickets: TicketQuerySet = Ticket.objects.select_for_update(of=("self",)).select_related("organization")
    return tickets


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
