"""Following and muting tickets. These are a person's mail preferences: no history, no events."""

from typing import Any

from django.db import transaction

from orgs.actor import Actor
from orgs.models import Organization, OrganizationalUnit, Project
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets.actions.record import end_of
from tickets.models.catalog import Product
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.ticket import Ticket

Target = OrganizationalUnit | Project | Product | None


@transaction.atomic
def follow(
    *,
    actor: Actor,
    organization: Organization,
    scope: FollowScope = FollowScope.ORGANIZATION,
    target: Target = None,
) -> Follow:
    """Follow all tickets of an organization, or those of a scope and target. Idempotent.

    Raises ``RuleViolation`` unless the actor's role there allows it.
    """
    if not actor.can(Capability.FOLLOW_ALL_TICKETS, organization):
        raise RuleViolation("not_allowed", "Only organization admins can follow the organization's tickets.")
    where: dict[str, Any] = {scope.value: target} if target else {}
    created, _ = Follow.objects.get_or_create(
        user=actor.person, scope=scope, organization=organization, **where
    )
    return created


@transaction.atomic
def unfollow(*, actor: Actor, organization: Organization) -> int:
    """Unfollow an organization's tickets, except single ones; return how many follows were deleted."""
    return Follow.objects.filter(user=actor.person, organization=organization).delete()[0]


@transaction.atomic
def end_follow(*, follow: Follow) -> None:
    """Delete one follow, if it still exists."""
    Follow.objects.filter(pk=follow.pk).delete()


@transaction.atomic
def follow_ticket(*, actor: Actor, ticket: Ticket, on: bool) -> Ticket:
    """Follow or unfollow one ticket, as an agent. Raises ``RuleViolation`` for customers."""
    if not actor.can(Capability.WORK_QUEUE):
        raise RuleViolation(
            "not_allowed", "Only agents can follow single tickets. Join the conversation instead."
        )
    if on:
        Follow.objects.get_or_create(user=actor.person, scope=FollowScope.TICKET, ticket=ticket)
    else:
        Follow.objects.filter(user=actor.person, scope=FollowScope.TICKET, ticket=ticket).delete()
    return ticket


@transaction.atomic
def mute(*, user_id: int, ticket_id: int, on: bool) -> None:
    """Mute or unmute a ticket: a muted ticket causes no mail, whatever the reason. Idempotent.

    A link in an old mail may name a ticket that was merged: the one that causes mail now is muted.
    """
    ticket_id = end_of(Ticket(pk=ticket_id)).pk
    if on:
        Mute.objects.get_or_create(user_id=user_id, ticket_id=ticket_id)
    else:
        Mute.objects.filter(user_id=user_id, ticket_id=ticket_id).delete()
