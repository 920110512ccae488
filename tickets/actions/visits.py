"""Read marks."""

from django.utils import timezone

from orgs.actor import Actor
from tickets.models.people import Visit
from tickets.models.ticket import Ticket


def mark_seen(*, actor: Actor, ticket: Ticket) -> None:
    """Record that the actor has read the ticket as it is now. Publishes no event."""
    now = timezone.now()
    if Visit.objects.filter(ticket=ticket, user=actor.person).update(seen_at=now):
        return
    Visit.objects.bulk_create(
        [Visit(ticket=ticket, user=actor.person, seen_at=now)],
        update_conflicts=True,
        unique_fields=["ticket", "user"],
        update_fields=["seen_at"],
    )
