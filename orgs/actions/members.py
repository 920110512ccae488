"""Writers of memberships: who belongs to an organization, and as what."""

from django.db import transaction

from orgs import events
from orgs.actions.record import lock, record
from orgs.actor import Actor
from orgs.models import AuditArea, Membership, Organization, OrganizationalUnit
from orgs.roles import OrganizationRole
from supportcenter.errors import RuleViolation


@transaction.atomic
def change_member(
    *, actor: Actor, membership: Membership, role: str, unit: OrganizationalUnit | None
) -> Membership:
    """Give a member another role, another unit, or both.

    Raises ``RuleViolation`` where the organization would have no admin left, for a unit of another
    organization, and for somebody who was removed meanwhile.
    """
    membership = _locked(membership)
    organization = membership.organization
    if unit and unit.organization_id != organization.pk:
        raise RuleViolation("unit_elsewhere", "This unit is not in the organization.", field="unit")
    if role != OrganizationRole.ADMIN:
        _keep_an_admin(membership)
    before = _values(membership)
    membership.role, membership.unit = role, unit
    membership.save(update_fields=["role", "unit"])
    after = _values(membership)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        steps = ", ".join(f"{name} from {before[name]} to {after[name]}" for name in changed)
        record(
            organization,
            AuditArea.PEOPLE,
            events.MEMBER_ROLE_CHANGED if "role" in changed else events.MEMBER_UNIT_CHANGED,
            f"Changed {membership.user}: {steps}",
            actor=actor,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            membership=membership.pk,
            user=membership.user_id,
        )
    return membership


@transaction.atomic
def remove_member(*, actor: Actor, membership: Membership) -> Membership:
    """Take somebody, or oneself, out of an organization; with their next request they see nothing of it.

    What they wrote stays. Raises ``RuleViolation`` for the last admin, and for somebody who is gone already.
    """
    membership = _locked(membership)
    _keep_an_admin(membership)
    record(
        membership.organization,
        AuditArea.PEOPLE,
        events.MEMBER_REMOVED,
        f"Removed {membership.user}",
        actor=actor,
        before={"email": membership.user.email} | _values(membership),
        user=membership.user_id,
    )
    membership.delete()
    return membership


def _locked(membership: Membership) -> Membership:
    """The membership as it is now. The lock is the organization's, so that the count of its admins holds
    also when two of them change each other at the same time.
    """
    organization = lock(Organization(pk=membership.organization_id))
    current = organization.memberships.select_related("user", "unit").filter(pk=membership.pk).first()
    if current is None:
        raise RuleViolation("not_a_member", f"{membership.user} is not a member any more.")
    return current


def _keep_an_admin(membership: Membership) -> None:
    if membership.is_last_admin:
        raise RuleViolation(
            "last_admin",
            f"{membership.user} is the only organization admin. Make somebody else admin first.",
            field="role",
        )


def _values(membership: Membership) -> dict[str, str]:
    unit = membership.unit.name if membership.unit else "no unit"
    return {"role": str(OrganizationRole(membership.role).label), "unit": unit}
