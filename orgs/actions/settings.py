"""Writers of an organization's rules: who sees its tickets, who may add people to them."""

from django.db import transaction

from orgs import events
from orgs.actions.record import lock, record
from orgs.actor import Actor
from orgs.models import AuditArea, Organization, User, Visibility
from orgs.roles import Capability
from supportcenter.errors import RuleViolation


@transaction.atomic
def change_visibility(*, actor: Actor, organization: Organization, visibility: str) -> Organization:
    """Switch which tickets of an organization its users see. To what it is already changes nothing.

    Raises ``RuleViolation`` for anybody but the account team.
    """
    if not actor.can(Capability.MANAGE_ACCOUNTS):
        raise RuleViolation("not_allowed", "Only the account team switches the visibility of tickets.")
    organization = lock(organization)
    before, after = Visibility(organization.visibility), Visibility(visibility)
    if before == after:
        return organization
    organization.visibility = after
    organization.save(update_fields=["visibility"])
    record(
        organization,
        AuditArea.POLICY,
        events.VISIBILITY_CHANGED,
        f"Switched the visibility of tickets to: {after.label}",
        actor=actor,
        before={"visibility": str(before.label)},
        after={"visibility": str(after.label)},
    )
    return organization


@transaction.atomic
def change_account_manager(*, actor: Actor, organization: Organization, manager: User | None) -> Organization:
    """Say which of the account team looks after an organization, or that nobody does.

    Raises ``RuleViolation`` for anybody but the account team, and for somebody who is not of it.
    """
    if not actor.can(Capability.MANAGE_ACCOUNTS):
        raise RuleViolation("not_allowed", "Only the account team names account managers.")
    if manager and not Actor(user=manager, source=actor.source).can(Capability.MANAGE_ACCOUNTS):
        raise RuleViolation("not_a_manager", f"{manager} is no account manager.", field="manager")
    organization = lock(organization)
    before = organization.account_manager
    if before == manager:
        return organization
    organization.account_manager = manager
    organization.save(update_fields=["account_manager"])
    record(
        organization,
        AuditArea.POLICY,
        events.ACCOUNT_MANAGER_CHANGED,
        f"Named {manager} account manager" if manager else "Named no account manager",
        actor=actor,
        before={"account manager": str(before or "nobody")},
        after={"account manager": str(manager or "nobody")},
    )
    return organization


@transaction.atomic
def change_participants_policy(
    *, actor: Actor, organization: Organization, participants_may_add: bool
) -> Organization:
    """Say whether people in CC may add others to a ticket. To what it is already changes nothing.

    Raises ``RuleViolation`` for anybody but the organization's admins.
    """
    if not actor.can(Capability.MANAGE_ORGANIZATION, organization):
        raise RuleViolation("not_allowed", "Only organization admins change who may add people.")
    organization = lock(organization)
    before = organization.participants_may_add
    if before == participants_may_add:
        return organization
    organization.participants_may_add = participants_may_add
    organization.save(update_fields=["participants_may_add"])
    record(
        organization,
        AuditArea.POLICY,
        events.PARTICIPANTS_POLICY_CHANGED,
        f"{'Allowed' if participants_may_add else 'No longer allowed'} people in CC to add others",
        actor=actor,
        before={"people in CC may add others": before},
        after={"people in CC may add others": participants_may_add},
    )
    return organization
