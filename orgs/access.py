"""The only door to organizations for a person: not visible is 404, visible but not allowed is 403."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404
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


def organization_for(actor: Actor, slug: str, *, capability: Capability | None = None) -> Organization:
    """One organization that the actor may see; with ``capability``, that they may also do something in."""
    organization = _visible_to(actor).filter(slug=slug).first()
    if organization is None:
        raise Http404("No such organization")
    if capability and not actor.can(capability, organization):
        raise PermissionDenied
    return organization


def organizations_for(actor: Actor, *, capability: Capability) -> QuerySet[Organization]:
    """All organizations, for staff who look after them."""
    require(actor, capability)
    return _visible_to(actor)


def _visible_to(actor: Actor) -> QuerySet[Organization]:
    """Return every organization for staff, and for anyone else those they belong to."""
    organizations = Organization.objects.all()
    return organizations if actor.is_staff else organizations.filter(pk__in=actor.roles)


def require(actor: Actor, capability: Capability) -> None:
    """Let only staff who hold a capability on; anybody else gets 403."""
    if not actor.can(capability):
        raise PermissionDenied


def agents() -> QuerySet[User]:
    """Staff to whom tickets can be assigned."""
    return User.objects.agents()


def staff_with(capability: Capability) -> QuerySet[User]:
    """Active staff who hold a capability, by name."""
    return User.objects.staff_with(capability).order_by("name")


def members_with(organization: Organization, addresses: Sequence[str]) -> QuerySet[User]:
    """Active members of an organization who log in with one of these addresses."""
    return User.objects.members_of(organization).filter(email__in=addresses)


def members_of(organization: Organization) -> QuerySet[User]:
    """Active people of an organization, by name."""
    return User.objects.members_of(organization).order_by("name")


def members_like(organization: Organization, words: str) -> QuerySet[User]:
    """A few members whose name or address starts like, or holds, what somebody types."""
    found = Q(email__icontains=words) | Q(name__icontains=words)
    return members_of(organization).filter(found)[:8]


def organizations_like(words: str) -> QuerySet[Organization]:
    """Organizations by a part of their name, or by their slug; for staff, as a subquery."""
    return Organization.objects.filter(Q(name__icontains=words) | Q(slug=words.lower()))


def projects_of(organization: Organization) -> QuerySet[Project]:
    """The organization's projects with their units, by unit and name."""
    projects = Project.objects.filter(unit__organization=organization).select_related("unit")
    return projects.order_by("unit__name", "name")


def people_with(organization: Organization, capability: Capability) -> QuerySet[User]:
    """Active members whose role in the organization holds a capability, by name."""
    members = Membership.objects.that_can(capability, organization.pk).values("user")
    return User.objects.filter(is_active=True, pk__in=members).order_by("name")


def services_of(organization: Organization) -> QuerySet[Service]:
    """All services of an organization with their projects and units, in the order of a list."""
    return Service.objects.of_organization(organization)


def members_and_invitations(organization: Organization) -> tuple[QuerySet[Membership], QuerySet[Invitation]]:
    """Everybody in an organization, and whoever was invited and has not come yet, also if it is too late."""
    people = organization.memberships.select_related("user", "unit").order_by("user__name", "pk")
    waiting = organization.invitations.filter(accepted_at=None)
    return people, waiting.select_related("invited_by").order_by("-invited_at", "-pk")


def membership_for(organization: Organization, membership_id: int) -> Membership:
    """One membership of the organization; of any other it is 404."""
    found = organization.memberships.select_related("user", "unit", "organization")
    membership = found.filter(pk=membership_id).first()
    if membership is None:
        raise Http404("No such member")
    return membership


def waiting_invitation_for(organization: Organization, invitation_id: int) -> Invitation:
    """One invitation into the organization that nobody accepted yet, also an expired one."""
    invitation = organization.invitations.filter(pk=invitation_id, accepted_at=None).first()
    if invitation is None:
        raise Http404("No such invitation")
    return invitation


def units_of(organization: Organization) -> QuerySet[OrganizationalUnit]:
    """The units of an organization by name."""
    return organization.units.all()


def resources_of(organization: Organization) -> QuerySet[OrganizationalUnit]:
    """The units of an organization with ``projects``, each with its running ``services``; three queries."""
    running = Prefetch("projects__services", Service.objects.running())
    return units_of(organization).prefetch_related("projects", running)


def audit_log_of(organization: Organization) -> QuerySet[AuditEntry]:
    """All that was changed in an organization, newest first, with who did it."""
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
    """When the visibility of tickets was switched last, and by whom; None where it never was."""
    return audit_log_of(organization).filter(event=events.VISIBILITY_CHANGED).first()


def people_in_audit_log(organization: Organization) -> QuerySet[User]:
    """Everybody who ever changed something in an organization, by name."""
    actors = organization.audit_entries.order_by().values("actor")
    return User.objects.filter(pk__in=actors).order_by("name")


def invitation_for_link(token: str) -> Invitation | None:
    """The invitation that a mailed link names; None once it is used, expired or withdrawn.

    A link that we never made is 404.
    """
    number = id_from(token)
    if number is None:
        raise Http404("No such invitation")
    valid = _acceptable(Invitation.objects.filter(pk=number))
    return valid.select_related("organization", "invited_by").first()


def has_login(email: str) -> bool:
    """Whether somebody can sign in with this address. Only for holders of a link mailed to it."""
    return User.objects.filter(email=email).exists()


def invited_address(invitation_id: int | None) -> str | None:
    """The address of an invitation that can still be accepted."""
    valid = _acceptable(Invitation.objects.filter(pk=invitation_id or 0))
    return valid.values_list("email", flat=True).first()


def _acceptable(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Those that are neither used nor expired; a withdrawn one is gone."""
    return invitations.filter(accepted_at=None, expires_at__gt=timezone.now())


@dataclass(frozen=True)
class Summary:
    """An organization in numbers."""

    members: int
    admins: Sequence[User]
    invitations: int
    units: int
    projects: int
    services: int
    paid_services: int
    newest_entries: Sequence[AuditEntry]


def summary_of(organization: Organization) -> Summary:
    """What the first page of the admin area says of people, resources and the latest changes; six queries."""
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
