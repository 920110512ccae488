"""The only way to get organizations for an actor: 404 if not visible, 403 if visible but not allowed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from orgs import events
from orgs.actor import Actor
from orgs.invitations import id_from
from orgs.models import (
    AuditEntry,
    Invitation,
    Membership,
    Organization,
    OrganizationalUnit,
    Project,
    Service,
    User,
)
from orgs.roles import Capability
from supportcenter.http import found_or_404


def organization_for(actor: Actor, slug: str, *, capability: Capability | None = None) -> Organization:
    """Return an organization that the actor can see and, if given, has the ``capability`` in."""
    organization = found_or_404(_visible_to(actor).filter(slug=slug).first(), "No such organization")
    if capability and not actor.can(capability, organization):
        raise PermissionDenied
    return organization


def organizations_for(actor: Actor, *, capability: Capability) -> QuerySet[Organization]:
    """Return all organizations. Require the capability."""
    require(actor, capability)
    return _visible_to(actor)


def _visible_to(actor: Actor) -> QuerySet[Organization]:
    """Return every organization for staff, and for anyone else those they belong to."""
    organizations = Organization.objects.all()
    return organizations if actor.is_staff else organizations.filter(pk__in=actor.roles)


def require(actor: Actor, capability: Capability) -> None:
    """Require a staff capability. Anyone else gets a 403."""
    if not actor.can(capability):
        raise PermissionDenied


def agents() -> QuerySet[User]:
    """Return the staff who can be assigned tickets."""
    return User.objects.agents()


def staff_with(capability: Capability) -> QuerySet[User]:
    """Return active staff with a capability, by name."""
    return User.objects.staff_with(capability).order_by("name")


def person_labels(people: Iterable[User]) -> dict[User, str]:
    """Return the label of each person to choose from: the name, and the address of those who share one."""
    uses = Counter(each.name for each in people)
    return {each: f"{each.name} ({each.email})" if uses[each.name] > 1 else each.name for each in people}


def person_choices(people: Iterable[User]) -> list[tuple[int, str]]:
    """Return the id and label of each person to choose from."""
    return [(each.pk, label) for each, label in person_labels(people).items()]


def members_with(organization: Organization, addresses: Sequence[str]) -> QuerySet[User]:
    """Return active members of an organization who sign in with one of these addresses."""
    return User.objects.members_of(organization).filter(email__in=addresses)


def members_of(organization: Organization) -> QuerySet[User]:
    """Return active members of an organization, by name."""
    return User.objects.members_of(organization).order_by("name")


def members_like(organization: Organization, words: str) -> QuerySet[User]:
    """Return a few members whose name or address matches what the user has typed."""
    found = Q(email__icontains=words) | Q(name__icontains=words)
    return members_of(organization).filter(found)[:8]


def projects_of(organization: Organization) -> QuerySet[Project]:
    """Return the organization's projects with their units, by unit and name."""
    projects = Project.objects.filter(unit__organization=organization).select_related("unit")
    return projects.order_by("unit__name", "name")


def people_with(organization: Organization, capability: Capability) -> QuerySet[User]:
    """Return active members whose role in the organization has a capability, by name."""
    members = Membership.objects.that_can(capability, organization.pk).values("user")
    return User.objects.filter(is_active=True, pk__in=members).order_by("name")


def services_of(organization: Organization) -> QuerySet[Service]:
    """Return all services of an organization with their projects and units, in list order."""
    return Service.objects.of_organization(organization)


def members_and_invitations(organization: Organization) -> tuple[QuerySet[Membership], QuerySet[Invitation]]:
    """Return an organization's members and its pending invitations, including expired ones."""
    people = organization.memberships.select_related("user", "unit").order_by("user__name", "pk")
    waiting = organization.invitations.filter(accepted_at=None)
    return people, waiting.select_related("invited_by").order_by("-invited_at", "-pk")


def membership_for(organization: Organization, membership_id: int) -> Membership:
    """Return one membership of the organization. A membership of another one is a 404."""
    found = organization.memberships.select_related("user", "unit", "organization")
    return found_or_404(found.filter(pk=membership_id).first(), "No such member")


def waiting_invitation_for(organization: Organization, invitation_id: int) -> Invitation:
    """Return one pending invitation of the organization, even if it has expired."""
    return found_or_404(
        organization.invitations.filter(pk=invitation_id, accepted_at=None).first(), "No such invitation"
    )


def units_of(organization: Organization) -> QuerySet[OrganizationalUnit]:
    """Return the units of an organization by name."""
    return organization.units.all()


def resources_of(organization: Organization) -> QuerySet[OrganizationalUnit]:
    """Return an organization's units with ``projects`` and their running ``services``; three queries."""
    running = Prefetch("projects__services", Service.objects.running())
    return units_of(organization).prefetch_related("projects", running)


def audit_log_of(organization: Organization) -> QuerySet[AuditEntry]:
    """Return every change in an organization, newest first, with who made it."""
    return organization.audit_entries.select_related("actor").order_by("-pk")


def settings_log(actor: Actor) -> QuerySet[AuditEntry]:
    """Return every change to the settings, newest first, with who made it; for agents."""
    require(actor, Capability.WORK_QUEUE)
    return AuditEntry.objects.filter(organization=None).select_related("actor").order_by("-pk")


def people_in_settings_log() -> QuerySet[User]:
    """Return everyone who ever changed a setting, by name."""
    actors = AuditEntry.objects.filter(organization=None).order_by().values("actor")
    return User.objects.filter(pk__in=actors).order_by("name")


def last_switch_of_visibility(organization: Organization) -> AuditEntry | None:
    """Return the last change of ticket visibility, or None."""
    return audit_log_of(organization).filter(event=events.VISIBILITY_CHANGED).first()


def people_in_audit_log(organization: Organization) -> QuerySet[User]:
    """Return everyone who ever changed something in an organization, by name."""
    actors = organization.audit_entries.order_by().values("actor")
    return User.objects.filter(pk__in=actors).order_by("name")


def invitation_for_link(token: str) -> Invitation | None:
    """Return the invitation behind a mailed link, or None if it is used, expired or withdrawn.

    A forged link is a 404.
    """
    number = found_or_404(id_from(token), "No such invitation")
    valid = _acceptable(Invitation.objects.filter(pk=number))
    return valid.select_related("organization", "invited_by").first()


def has_login(email: str) -> bool:
    """Return whether an account has this address. Call it only for holders of a link mailed to it."""
    return User.objects.filter(email=email).exists()


def invited_address(invitation_id: int | None) -> str | None:
    """Return the address of an invitation that can still be accepted."""
    valid = _acceptable(Invitation.objects.filter(pk=invitation_id or 0))
    return valid.values_list("email", flat=True).first()


def _acceptable(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Return the invitations that are neither used nor expired. Withdrawn ones are deleted."""
    return invitations.filter(accepted_at=None, expires_at__gt=timezone.now())


@dataclass(frozen=True)
class Summary:
    """Counts and highlights of an organization."""

    members: int
    admins: Sequence[User]
    invitations: int
    units: int
    projects: int
    services: int
    paid_services: int
    newest_entries: Sequence[AuditEntry]


def summary_of(organization: Organization) -> Summary:
    """Return the summary for the first page of the admin area; six queries."""
    services = services_of(organization).order_by()
    counts = services.aggregate(all=Count("pk"), paid=Count("pk", filter=Q(is_paid=True)))
    return Summary(
        members=members_of(organization).count(),
        admins=list(people_with(organization, Capability.MANAGE_ORGANIZATION)),
        invitations=_acceptable(organization.invitations.all()).count(),
        units=units_of(organization).count(),
        projects=projects_of(organization).count(),
        services=counts["all"],
        paid_services=counts["paid"],
        newest_entries=list(audit_log_of(organization)[:5]),
    )
