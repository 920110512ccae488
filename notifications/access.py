"""The only door to mails for a person: not visible is 404, visible but not allowed is 403."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from notifications.delivery import oldest_waiting_at
from notifications.models import EmailMessage, Suppression
from notifications.querysets import EmailMessageQuerySet, SuppressionQuerySet
from orgs.actor import Actor
from orgs.roles import Capability
from tickets.models import Ticket


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
