"""Handover notes."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from tickets.actions.clocks import promise_update
from tickets.actions.record import lock, record, require_agent
from tickets.models.conversation import ActivityKind
from tickets.models.handover import Handover
from tickets.models.ticket import Ticket


@transaction.atomic
def hand_over(
    *, actor: Actor, ticket: Ticket, state: str, next_step: str, next_update_at: datetime | None = None
) -> Handover:
    """Write the handover note, as an agent; earlier ones stay in the history. Internal.

    A new time for the next update is also promised to the customer.
    """
    require_agent(actor)
    ticket = lock(ticket)
    card = Handover.objects.filter(ticket=ticket).first() or Handover(ticket=ticket)
    before = _plain(card) if card.pk else {}
    if next_update_at and next_update_at != card.next_update_at:
        promise_update(actor=actor, ticket=ticket, at=next_update_at, now=timezone.now())
    card.state, card.next_step, card.next_update_at = state, next_step, next_update_at
    if _plain(card) == before:
        return card
    card.written_by, card.written_at = actor.person, timezone.now()
    card.save()
    record(ticket, ActivityKind.HANDED_OVER, actor=actor, before=before, after=_plain(card))
    return card


def _plain(card: Handover) -> dict[str, str | None]:
    at = card.next_update_at
    return {
        "state": card.state,
        "next_step": card.next_step,
        "next_update_at": at.isoformat() if at else None,
    }
