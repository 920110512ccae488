"""The only door to what people want of their mail."""

from notifications.models import MailPreferences
from notifications.unsubscribe import DIGEST, FOLLOW, Stop
from orgs.actor import Actor
from tickets.models import Follow, Ticket


def preferences_of(actor: Actor) -> MailPreferences | None:
    """The person's own preferences, if they ever set any."""
    return MailPreferences.objects.filter(user=actor.person).first()


def what_stops(stop: Stop) -> str:
    """What a link stops, in words that say no more than the mail did; for whoever holds the link."""
    if stop.kind == DIGEST:
        return "the digest and all other mail about tickets"
    if stop.kind == FOLLOW:
        follow = Follow.objects.for_list().filter(pk=stop.target, user=stop.user_id).first()
        return f"mail because you follow {follow.words}" if follow else "mail by a rule that has ended"
    ticket = Ticket.objects.filter(pk=stop.target).only("pk").first()
    return f"mail about {ticket.reference}" if ticket else "mail about a ticket that is gone"
