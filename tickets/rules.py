"""Who may do what on a ticket they can see. Changes nothing; actions enforce it, pages show it."""

from datetime import datetime, timedelta

from orgs.actor import Actor
from orgs.roles import Capability
from tickets.models.desk import SavedView
from tickets.models.ticket import Ticket

RATING_CHANGEABLE_DAYS = 7


def is_in_charge(actor: Actor, ticket: Ticket) -> bool:
    """The requester, admins of the organization, and agents."""
    return (
        ticket.requester_id == actor.user_id
        or actor.can(Capability.SEE_ALL_TICKETS, ticket.organization_id)
        or actor.can(Capability.WORK_QUEUE)
    )


def may_add_participants(actor: Actor, ticket: Ticket) -> bool:
    """Whoever is in charge; everybody in the conversation where the organization's policy says so."""
    return is_in_charge(actor, ticket) or (
        ticket.organization.participants_may_add and is_participant(actor, ticket)
    )


def is_participant(actor: Actor, ticket: Ticket) -> bool:
    return any(each.user_id == actor.user_id for each in ticket.participants.all())


def may_remove_participant(actor: Actor, ticket: Ticket, user_id: int) -> bool:
    """Oneself, always; others by the requester, admins and agents."""
    return user_id == actor.user_id or is_in_charge(actor, ticket)


def may_join(actor: Actor, ticket: Ticket) -> bool:
    """People of the organization who see the ticket and are not in the conversation yet."""
    return (
        ticket.organization_id in actor.roles
        and ticket.requester_id != actor.user_id
        and not is_participant(actor, ticket)
    )


def may_rate(actor: Actor, ticket: Ticket, rated_at: datetime | None, now: datetime) -> bool:
    """The requester and admins, once the ticket is solved; a rating can be changed for seven days."""
    if actor.can(Capability.WORK_QUEUE) or not ticket.is_finished or not is_in_charge(actor, ticket):
        return False
    return rated_at is None or now - rated_at <= timedelta(days=RATING_CHANGEABLE_DAYS)


def may_change_view(actor: Actor, view: SavedView) -> bool:
    """One's own views; duty leads look after the shared ones."""
    return view.owner_id == actor.user_id or (view.is_shared and actor.can(Capability.LEAD_ESCALATIONS))
