"""Who may do what on a ticket they can see. Pure; actions enforce it, pages show it."""

from orgs.actor import Actor
from orgs.roles import Capability
from tickets.models import Ticket


def may_add_participants(actor: Actor, ticket: Ticket) -> bool:
    """The requester, admins of the organization, and agents."""
    return (
        ticket.requester_id == actor.user_id
        or actor.can(Capability.SEE_ALL_TICKETS, ticket.organization_id)
        or actor.can(Capability.WORK_QUEUE)
    )
