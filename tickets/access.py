"""The only door to tickets and what hangs on them: not visible is 404."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from orgs.actor import Actor
from orgs.models import Organization
from orgs.roles import Capability
from tickets.models import Activity, Attachment, Product, Reason, Ticket
from tickets.querysets import TicketQuerySet
from tickets.rules import may_add_participants
from tickets.states import Status


def ticket_for(actor: Actor, reference: str, *, capability: Capability | None = None) -> Ticket:
    """The ticket behind a reference like ``SUP-1042``, with what its page shows."""
    prefix, _, number = reference.upper().rpartition("-")
    if prefix != settings.TICKET_PREFIX.upper() or not (number.isascii() and number.isdigit()):
        raise Http404("No such ticket")
    ticket = Ticket.objects.visible_to(actor).for_page().filter(pk=int(number[:18])).first()
    if ticket is None:
        raise Http404("No such ticket")
    if capability and not actor.can(capability):
        raise PermissionDenied
    return ticket


def thread_for(actor: Actor, ticket: Ticket) -> QuerySet[Activity]:
    """The entries of a ticket's thread that the actor may read, oldest first."""
    return ticket.activities.visible_to(actor).for_thread()


def attachment_for(actor: Actor, key: uuid.UUID) -> Attachment:
    """A file that the actor may open."""
    attachment = Attachment.objects.visible_to(actor).filter(pk=key).first()
    if attachment is None:
        raise Http404("No such file")
    return attachment


def unsent_files(actor: Actor) -> QuerySet[Attachment]:
    """The actor's own uploads that are not on a comment yet."""
    return Attachment.objects.filter(comment=None, uploaded_by=actor.user_id)


def products() -> QuerySet[Product]:
    """What a new ticket can be about."""
    return Product.objects.filter(is_retired=False)


def reasons() -> QuerySet[Reason]:
    """Why a new ticket can be opened."""
    return Reason.objects.filter(is_retired=False)


def sees_organization_tab(actor: Actor, organization: Organization) -> bool:
    """Whether *Tickets in my organization* shows: to admins, and where all tickets are for every user."""
    return actor.can(Capability.SEE_ALL_TICKETS, organization) or organization.visibility == "all"


def lists_for(actor: Actor, organization: Organization) -> dict[str, TicketQuerySet]:
    """The tabs of *My tickets* that the actor has in an organization, and the tickets under each."""
    tickets = Ticket.objects.visible_to(actor).of(organization)
    lists = {"mine": tickets.requested_by(actor.user_id), "cc": tickets.with_participant(actor.user_id)}
    if sees_organization_tab(actor, organization):
        lists["organization"] = tickets
    return lists


QUEUE_VIEWS = {
    "unfinished": "All open",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "escalated": "Escalated",
    "waiting": "Waiting",
    "all": "Everything",
}


def queue_for(actor: Actor) -> dict[str, TicketQuerySet]:
    """The views of the queue with their tickets, for staff who work it."""
    if not actor.can(Capability.WORK_QUEUE):
        raise PermissionDenied
    tickets = Ticket.objects.visible_to(actor)
    unfinished = tickets.unfinished()
    return {
        "unfinished": unfinished,
        "mine": unfinished.assigned_to(actor.user_id),
        "unassigned": unfinished.assigned_to(None),
        "escalated": unfinished.escalated(),
        "waiting": tickets.in_statuses([Status.WAITING, Status.ON_HOLD]),
        "all": tickets,
    }


@dataclass(frozen=True)
class Allowed:
    """What the actor may do on a ticket that they see. For display; the actions check for themselves."""

    comment: bool
    work: bool
    solve: bool
    add_participants: bool


def allowed_on(actor: Actor, ticket: Ticket) -> Allowed:
    work = actor.can(Capability.WORK_QUEUE)
    live = not ticket.is_closed
    return Allowed(
        comment=live,
        work=work,
        solve=live and not work and not ticket.is_finished,
        add_participants=live and may_add_participants(actor, ticket),
    )
