"""Change and remove memberships."""

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
    """Change a member's role, unit, or both.

    Raises ``RuleViolation`` if the organization would have no admin left, for a unit of another organization,
    and if the person is no longer a member.
    """
    membership = _locked(membership)
    organization = membership.organization
    if unit and unit.organization_id != organization.pk:
        raise RuleViolation("unit_elsewhere", "Choose a unit of this organization.", field="unit")
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
    """Remove someone, or yourself, from an organization. They lose access with their next request.

    What they wrote stays. Raises ``RuleViolation`` for the last admin, and if they are no longer a member.
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
    """Return the current membership. Lock the organization, so that its count of admins is right even if
    two admins change each other at the same time.
    """
    organization = lock(Organization(pk=membership.organization_id))
    current = organization.memberships.select_related("user", "unit").filter(pk=membership.pk).first()
    if current is None:
        raise RuleViolation("not_a_member", f"{membership.user} is no longer a member.")
    return current


def _keep_an_admin(membership: Membership) -> None:
    if membership.is_last_admin:
        raise RuleViolation(
            "last_admin",
            f"{membership.user} is the only organization admin. Make someone else an admin first.",
            field="role",
        )


def _values(membership: Membership) -> dict[str, str]:
    unit = membership.unit.name if membership.unit else "no unit"
    return {"role": str(OrganizationRole(membership.role).label), "unit": unit}
