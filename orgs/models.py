"""People, organizations and what an organization owns on the platform."""

import zoneinfo
from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from orgs.roles import (
    ORGANIZATION_CAPABILITIES,
    STAFF_CAPABILITIES,
    STAFF_TEAMS,
    Capability,
    OrganizationRole,
    StaffRole,
)
from orgs.source import Source


def normalize_email(address: str) -> str:
    """Return an address as it is stored and compared: trimmed and in lower case."""
    return address.strip().lower()


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Use a name like Europe/Helsinki.")


class UserQuerySet(models.QuerySet):
    def members_of(self, organization: "Organization") -> Self:
        """Return active members of an organization."""
        return self.filter(is_active=True, memberships__organization=organization)

    def in_session(self, user_id: int, session_key: str) -> Self:
        """Return an active user while a session exists: one row per membership, or just one."""
        sessions = Session.objects.filter(pk=session_key, expire_date__gt=timezone.now())
        found = self.filter(Exists(sessions), pk=user_id, is_active=True)
        return found.annotate(member_of=F("memberships__organization"), member_role=F("memberships__role"))

    def agents(self) -> Self:
        """Return active agents, by name."""
        return self.staff_with(Capability.WORK_QUEUE).order_by("name")

    def with_handles(self, handles: Sequence[str]) -> Self:
        """Return agents with one of these handles: the address, or what precedes its @."""
        matching = Q(pk__in=[])
        for handle in handles:
            matching |= Q(email=handle) if "@" in handle else Q(email__startswith=f"{handle}@")
        return self.agents().filter(matching)

    def with_shared_handles(self) -> Self:
        """With ``is_shared``: whether another agent has the same handle."""
        handle = Func(
            F("email"), Value("@"), Value(1), function="split_part", output_field=models.TextField()
        )
        others = User.objects.agents().order_by().annotate(handle=handle).exclude(pk=OuterRef("pk"))
        return self.annotate(handle=handle, is_shared=Exists(others.filter(handle=OuterRef("handle"))))

    def staff_with(self, capability: Capability) -> Self:
        """Return active staff with a capability."""
        roles = [role for role, granted in STAFF_CAPABILITIES.items() if capability in granted]
        return self.filter(is_active=True, staff_role__in=roles)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user. Without a password they cannot sign in until one is set."""
        user = self.model(email=normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True} | fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=normalize_email(email or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in with an email address, stored in lower case.

    ``staff_role`` makes a member of the support staff; ``is_staff`` only opens Django's admin.
    ``bouncing_since`` is set while mail to the address bounces, and pages show a warning.
    """

    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    staff_role = models.CharField(max_length=20, choices=StaffRole, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    bouncing_since = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        words = (self.name or self.email).split()
        return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()

    @property
    def team(self) -> str:
        """Return the staff team as customers see it; empty for customers."""
        return STAFF_TEAMS.get(self.staff_role, "site administration" if self.is_staff else "")


class Visibility(models.TextChoices):
    OWN = "own", "Own and CC'd tickets"
    ALL = "all", "All tickets for every user"


class Organization(models.Model):
    """A customer company. Tier, invoice and visibility of tickets belong to it."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code, for public holidays")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.OWN)
    participants_may_add = models.BooleanField(
        default=False, help_text="Whether people in CC can add others, besides the requester and admins"
    )
    account_manager = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="managed_organizations"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrganizationalUnit(models.Model):
    """A part of an organization. Units do not nest."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="units")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="unit_name_once")]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """A project on the platform. Customers know it by its name."""

    unit = models.ForeignKey(OrganizationalUnit, on_delete=models.CASCADE, related_name="projects")
    name = models.SlugField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(models.QuerySet):
    def running(self) -> Self:
        """Return services that are still on the platform."""
        return self.filter(removed_at=None)

    def of_organization(self, organization: Organization) -> Self:
        """Return running services in list order, with project and unit."""
        return (
            self.running()
            .filter(project__unit__organization=organization)
            .select_related("project__unit")
            .order_by("project__unit__name", "project__name", "name")
        )


class Service(models.Model):
    """A service in a project. One running paid service entitles the organization to support."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="services")
    name = models.SlugField(max_length=80)
    product = models.CharField(max_length=40, help_text="Code of the product, for example kafka")
    plan = models.CharField(max_length=60, blank=True)
    is_paid = models.BooleanField(default=True)
    is_early_availability = models.BooleanField(default=False)
    removed_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it was removed from the platform; its tickets and charges still refer to it",
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="service_name_once")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet):
    def that_can(self, capability: Capability, organization_id: int) -> Self:
        """Return memberships of an organization whose role has a capability."""
        roles = [role for role, granted in ORGANIZATION_CAPABILITIES.items() if capability in granted]
        return self.filter(organization=organization_id, role__in=roles)

    def of_users(self, user_ids: Iterable[int]) -> Self:
        """Return the memberships of some users with their organizations, by organization name."""
        found = self.filter(user_id__in=list(user_ids))
        return found.select_related("organization").order_by("organization__name")

    def admins_of(self, organization_id: int) -> Self:
        """Return admins of an organization who can sign in."""
        return self.filter(organization=organization_id, role=OrganizationRole.ADMIN, user__is_active=True)


class Membership(models.Model):
    """A person's role in an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(
        OrganizationalUnit, null=True, blank=True, on_delete=models.SET_NULL, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=OrganizationRole, default=OrganizationRole.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"

    @property
    def is_last_admin(self) -> bool:
        """Return whether no other admin can sign in. Lock the organization before you rely on it."""
        others = Membership.objects.admins_of(self.organization_id).exclude(pk=self.pk)
        return self.role == OrganizationRole.ADMIN and not others.exists()


class Invitation(models.Model):
    """A pending membership for one address until it expires. Its link is signed, not stored."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=OrganizationRole, default=OrganizationRole.MEMBER)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_lower_case"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at")), name="invitation_expires_later"
            ),
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=Q(accepted_at__isnull=True),
                name="invitation_pending_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class AuditArea(models.TextChoices):
    PEOPLE = "people", "People"
    RESOURCES = "resources", "Units, projects and services"
    POLICY = "policy", "Visibility and policy"
    TIER = "tier", "Support tier"
    BILLING = "billing", "Billing groups and invoices"
    SETTINGS = "settings", "Support settings"


class AuditEntry(models.Model):
    """One change of an organization, or without one of the whole site: who did what, when, with the values
    before and after.

    Written once; the database refuses to alter or delete it.
    """

    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="audit_entries"
    )
    area = models.CharField(max_length=20, choices=AuditArea)
    event = models.CharField(max_length=60)
    summary = models.TextField()
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="audit_entries")
    source = models.CharField(max_length=10, choices=Source)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "audit entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=True, area="settings")
                | (Q(organization__isnull=False) & ~Q(area="settings")),
                name="audit_of_org_or_settings",
            )
        ]
        indexes = [models.Index(F("organization"), F("id").desc(), name="audit_of_org")]

    def __str__(self) -> str:
        return self.summary

    @property
    def who(self) -> str:
        """Return the name of the actor; for staff, with their team."""
        if self.actor is None:
            return "System"
        return f"{self.actor}, {self.actor.team}" if self.actor.team else str(self.actor)
