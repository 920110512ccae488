"""The only way to get mails and mail settings for a person: not visible is 404, not allowed is 403."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from notifications.models.inbound import InboundMail, InboundMailQuerySet
from notifications.models.messages import EmailMessage, EmailMessageQuerySet
from notifications.models.preferences import MailPreferences
from notifications.models.suppressions import Suppression, SuppressionQuerySet
from notifications.models.texts import MailText, TextKind
from notifications.unsubscribe import DIGEST, FOLLOW, Unsubscription
from orgs.access import require
from orgs.actor import Actor
from orgs.roles import Capability
from supportcenter.http import found_or_404
from tickets.models.following import Follow
from tickets.models.ticket import Ticket


def mails_about(actor: Actor, ticket: Ticket) -> EmailMessageQuerySet:
    """Return mails about a ticket that the actor may see: all for agents, their own for customers."""
    return EmailMessage.objects.about(ticket).visible_to(actor)


def all_mails(actor: Actor) -> EmailMessageQuerySet:
    """Return all mails; for agents."""
    if not actor.can(Capability.WORK_QUEUE):
        raise PermissionDenied
    return EmailMessage.objects.visible_to(actor)


def mail_for(actor: Actor, key: UUID) -> EmailMessage:
    """Return one mail; for agents."""
    return found_or_404(all_mails(actor).filter(pk=key).select_related("ticket").first(), "No such mail")


def inbound_mails(actor: Actor) -> InboundMailQuerySet:
    """Return all mail that came in; for agents."""
    require(actor, Capability.WORK_QUEUE)
    return InboundMail.objects.all()


def inbound_mail_for(actor: Actor, key: UUID) -> InboundMail:
    """Return one mail that came in; for agents."""
    found = inbound_mails(actor).filter(pk=key).select_related("ticket", "decided_by")
    return found_or_404(found.first(), "No such mail")


def mail_texts_for(actor: Actor) -> list[MailText]:
    """Return the texts of every kind of mail, also those that are empty; for agents."""
    require(actor, Capability.WORK_QUEUE)
    texts = {each.kind: each for each in MailText.objects.all()}
    return [texts.get(kind) or MailText(kind=kind) for kind in TextKind]


def mail_text_for(actor: Actor, kind: str) -> MailText:
    """Return the texts of one kind of mail; for staff who may change settings."""
    require(actor, Capability.MANAGE_SETTINGS)
    if kind not in TextKind:
        raise Http404("No such kind of mail")
    return MailText.objects.filter(kind=kind).first() or MailText(kind=kind)


def delayed_since(actor: Actor, by: timedelta) -> datetime | None:
    """Return since when the most delayed mail has been waiting, if for longer than ``by``; for duty leads."""
    if not actor.can(Capability.LEAD_ESCALATIONS):
        raise PermissionDenied
    since = EmailMessage.objects.oldest_delayed_since()
    return since if since and timezone.now() - since > by else None


def suppressions_for(actor: Actor) -> SuppressionQuerySet:
    """Return suppressions, active and removed; for staff who may remove them."""
    if not (actor.can(Capability.WORK_QUEUE) or actor.can(Capability.MANAGE_ACCOUNTS)):
        raise PermissionDenied
    return Suppression.objects.all()


def suppression_for(actor: Actor, number: int) -> Suppression:
    """Return one suppression; for staff who may remove it."""
    return found_or_404(suppressions_for(actor).filter(pk=number).first(), "No such suppression")


def preferences_of(actor: Actor) -> MailPreferences:
    """Return the person's own preferences, or the defaults if they never set any."""
    return MailPreferences.objects.filter(user=actor.person).first() or MailPreferences()


def describe_unsubscription(what: Unsubscription) -> str:
    """Describe what an unsubscribe link ends. Anyone with the link can read this."""
    if what.kind == DIGEST:
        return "the digest and all other mail about tickets"
    if what.kind == FOLLOW:
        follow = Follow.objects.for_list().filter(pk=what.target, user=what.user_id).first()
        return (
            f"mail because you follow {follow.words}"
            if follow
            else "mail about tickets that you no longer follow"
        )
    ticket = Ticket.objects.filter(pk=what.target).only("pk").first()
    return f"mail about {ticket.reference}" if ticket else "mail about a ticket that no longer exists"
