"""The only door to mails, and to what people want of them: not visible is 404, not allowed is 403."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from notifications.delivery import oldest_waiting_at
from notifications.models.messages import EmailMessage, EmailMessageQuerySet
from notifications.models.preferences import MailPreferences
from notifications.models.suppressions import Suppression, SuppressionQuerySet
from notifications.models.texts import MailText, TextKind
from notifications.unsubscribe import DIGEST, FOLLOW, Stop
from orgs.access import require
from orgs.actor import Actor
from orgs.roles import Capability
from tickets.models.following import Follow
from tickets.models.ticket import Ticket


def mails_about(actor: Actor, ticket: Ticket) -> EmailMessageQuerySet:
    """The mails about a ticket that the actor sees, who may see the ticket: customers only their own."""
    return EmailMessage.objects.about(ticket).visible_to(actor)


def all_mails(actor: Actor) -> EmailMessageQuerySet:
    """All mails, for staff who work the queue."""
    if not actor.can(Capability.WORK_QUEUE):
        raise PermissionDenied
    return EmailMessage.objects.visible_to(actor)


def mail_for(actor: Actor, key: UUID) -> EmailMessage:
    """One mail, for staff who work the queue."""
    mail = all_mails(actor).filter(pk=key).select_related("ticket").first()
    if mail is None:
        raise Http404("No such mail")
    return mail


def mail_texts_for(actor: Actor) -> list[MailText]:
    """What stands above and below each kind of mail, also where nothing does, for who works the queue."""
    require(actor, Capability.WORK_QUEUE)
    worded = {each.kind: each for each in MailText.objects.all()}
    return [worded.get(kind) or MailText(kind=kind) for kind in TextKind]


def mail_text_for(actor: Actor, kind: str) -> MailText:
    """Return the text of one kind of mail, for duty leads."""
    require(actor, Capability.MANAGE_SETTINGS)
    if kind not in TextKind:
        raise Http404("No such kind of mail")
    return MailText.objects.filter(kind=kind).first() or MailText(kind=kind)


def delayed_since(actor: Actor, by: timedelta) -> datetime | None:
    """For duty leads: since when the oldest mail waits, if that is longer than it should."""
    if not actor.can(Capability.LEAD_ESCALATIONS):
        raise PermissionDenied
    oldest = oldest_waiting_at()
    return oldest if oldest and datetime.now(oldest.tzinfo) - oldest > by else None


def suppressions_for(actor: Actor) -> SuppressionQuerySet:
    """Addresses that nothing is sent to, and those to which it is again, for staff who can change that."""
    if not (actor.can(Capability.WORK_QUEUE) or actor.can(Capability.MANAGE_ACCOUNTS)):
        raise PermissionDenied
    return Suppression.objects.all()


def suppression_for(actor: Actor, number: int) -> Suppression:
    suppression = suppressions_for(actor).filter(pk=number).first()
    if suppression is None:
        raise Http404("No such suppression")
    return suppression


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
