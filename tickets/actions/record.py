"""What every action does around its change: check the actor, lock the ticket, record and publish."""

from typing import Any

from orgs.actor import Actor
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.outbox.publish import publish
from tickets.models.conversation import Activity, ActivityKind, Comment
from tickets.models.ticket import Ticket, TicketQuerySet
from tickets.timeline import ENTRIES


def require_agent(actor: Actor) -> None:
    """Require an agent."""
    if not actor.can(Capability.WORK_QUEUE):
        raise RuleViolation("not_staff", "Only support agents can do this.")


def lock(ticket: Ticket) -> Ticket:
    """Return the ticket as it is now, locked until the transaction ends.

    For a merged ticket, return the one it was merged into: whatever arrives for it lands there.
    """
    pk = ticket.pk
    while (found := _locked().filter(pk=pk, merged_into=None).first()) is None:
        pk = Ticket.objects.values_list("merged_into_id", flat=True).get(pk=pk) or pk
    return found


def end_of(ticket: Ticket) -> Ticket:
    """Return the ticket into which a ticket was merged in the end, or the ticket itself."""
    pk = ticket.pk
    while target := Ticket.objects.values_list("merged_into_id", flat=True).get(pk=pk):
        pk = target
    return ticket if pk == ticket.pk else Ticket.objects.get(pk=pk)


def lock_both(one: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Lock two tickets, merged or not, in the order of their ids so that two callers can't deadlock."""
    found = {each.pk: each for each in _locked().filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    return found[one.pk], found[other.pk]


def _locked() -> TicketQuerySet:
    tickets: TicketQuerySet = Ticket.objects.select_for_update(of=("self",)).select_related("organization")
    return tickets


def record(
    ticket: Ticket,
    kind: ActivityKind,
    *,
    actor: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    comment: Comment | None = None,
) -> Activity:
    """Write the history entry of a change and publish its event.

    ``tickets.timeline`` says who may read an entry of this kind.
    """
    activity = Activity.objects.create(
        ticket=ticket,
        kind=kind,
        actor=actor.user,
        source=actor.source,
        comment=comment,
        before=before or {},
        after=after or {},
        is_internal=ENTRIES[kind].is_internal,
    )
    publish(kind.event, {"ticket": ticket.pk, "activity": activity.pk}, actor_id=actor.user_id)
    return activity


def record_reference(ticket: Ticket, kind: ActivityKind, other: Ticket, *, actor: Actor) -> Activity:
    """Record a change that refers to another ticket."""
    return record(ticket, kind, actor=actor, after={"reference": other.reference})
