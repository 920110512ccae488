"""Change an organization's settings: who can see its tickets and who can add people to them."""

from django.db import transaction

from orgs import events
from orgs.actions.record import lock, record
from orgs.actor import Actor
from orgs.models import AuditArea, Organization, User, Visibility
from orgs.roles import Capability
from supportcenter.errors import RuleViolation


@transaction.atomic
def change_visibility(*, actor: Actor, organization: Organization, visibility: str) -> Organization:
    """Change which of the organization's tickets its users can see. The current value changes nothing.

    Raises ``RuleViolation`` unless the actor is on the account team.
    """
    if not actor.can(Capability.MANAGE_ACCOUNTS):
        raise RuleViolation("not_allowed", "Only the account team can change the visibility of tickets.")
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
        f"Changed ticket visibility to “{after.label}”",
        actor=actor,
        before={"visibility": str(before.label)},
        after={"visibility": str(after.label)},
    )
    return organization


@transaction.atomic
def change_account_manager(*, actor: Actor, organization: Organization, manager: User | None) -> Organization:
    """Set or clear the account manager of an organization.

    Raises ``RuleViolation`` unless both the actor and the manager are on the account team.
    """
    if not actor.can(Capability.MANAGE_ACCOUNTS):
        raise RuleViolation("not_allowed", "Only the account team can set account managers.")
    if manager and not Actor(user=manager, source=actor.source).can(Capability.MANAGE_ACCOUNTS):
        raise RuleViolation("not_a_manager", f"{manager} is not an account manager.", field="manager")
    return _set_account_manager(actor, organization, manager)


@transaction.atomic
def release_accounts(*, actor: Actor, user: User) -> list[Organization]:
    """Remove someone who left the account team as account manager; return the organizations without one."""
    managed = Organization.objects.filter(account_manager=user).order_by("pk")
    return [_set_account_manager(actor, each, None) for each in managed]


def _set_account_manager(actor: Actor, organization: Organization, manager: User | None) -> Organization:
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
        f"Set the account manager to {manager}" if manager else "Removed the account manager",
        actor=actor,
        before={"account manager": str(before or "none")},
        after={"account manager": str(manager or "none")},
    )
    return organization


@transaction.atomic
def change_participants_policy(
    *, actor: Actor, organization: Organization, participants_may_add: bool
) -> Organization:
    """Set whether people in CC can add others to a ticket. The current value changes nothing.

    Raises ``RuleViolation`` unless the actor is an admin of the organization.
    """
    if not actor.can(Capability.MANAGE_ORGANIZATION, organization):
        raise RuleViolation("not_allowed", "Only organization admins can change who can add people.")
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
        f"{'Allowed' if participants_may_add else 'Stopped allowing'} people in CC to add others",
        actor=actor,
        before={"people in CC can add others": before},
        after={"people in CC can add others": participants_may_add},
    )
    return organization
