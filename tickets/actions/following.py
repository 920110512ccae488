"""Following tickets, and muting one: what a person wants of their own mail. No history, no events."""

from typing import Any

from django.db import transaction

from orgs.actor import Actor
from orgs.models import Organization, OrganizationalUnit, Project
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
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
    """Follow all tickets of an organization, or the part that ``scope`` and ``target`` say. Twice is once.

    Raises ``RuleViolation`` unless the actor's role there allows it.
    """
    if not actor.can(Capability.FOLLOW_ALL_TICKETS, organization):
        raise RuleViolation("not_allowed", "Only organization admins can follow the organization's tickets.")
    aim: dict[str, Any] = {scope.value: target} if target else {}
    made, _ = Follow.objects.get_or_create(user=actor.person, scope=scope, organization=organization, **aim)
    return made


@transaction.atomic
def unfollow(*, actor: Actor, organization: Organization) -> int:
    """Follow nothing of an organization any more; how many rules went. Tickets followed one by one stay."""
    return Follow.objects.filter(user=actor.person, organization=organization).delete()[0]


@transaction.atomic
def end_follow(*, follow: Follow) -> None:
    """End one rule. Ended already is fine."""
    Follow.objects.filter(pk=follow.pk).delete()


@transaction.atomic
def follow_ticket(*, actor: Actor, ticket: Ticket, on: bool) -> Ticket:
    """Follow one ticket as an agent, or no longer. Raises ``RuleViolation`` for anybody else."""
    if not actor.can(Capability.WORK_QUEUE):
        raise RuleViolation("not_allowed", "Agents follow tickets; customers join the conversation.")
    if on:
        Follow.objects.get_or_create(user=actor.person, scope=FollowScope.TICKET, ticket=ticket)
    else:
        Follow.objects.filter(user=actor.person, scope=FollowScope.TICKET, ticket=ticket).delete()
    return ticket


@transaction.atomic
def mute(*, user_id: int, ticket_id: int, on: bool) -> None:
    """Have no mail about a ticket, whatever the reason would be; or have it again. Twice is once."""
    if on:
        Mute.objects.get_or_create(user_id=user_id, ticket_id=ticket_id)
    else:
        Mute.objects.filter(user_id=user_id, ticket_id=ticket_id).delete()
