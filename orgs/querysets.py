"""Reads with names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Self

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, F, Q
from django.utils import timezone

from orgs.roles import ORGANIZATION_CAPABILITIES, STAFF_CAPABILITIES, Capability, OrganizationRole

if TYPE_CHECKING:
    from orgs.actor import Actor
    from orgs.models import Organization


class UserQuerySet(models.QuerySet):
    def members_of(self, organization: Organization) -> Self:
        """Active people of an organization."""
        return self.filter(is_active=True, memberships__organization=organization)

    def in_session(self, user_id: int, session_key: str) -> Self:
        """An active person while a session exists: a row for each membership, or one without any."""
        sessions = Session.objects.filter(pk=session_key, expire_date__gt=timezone.now())
        found = self.filter(Exists(sessions), pk=user_id, is_active=True)
        return found.annotate(member_of=F("memberships__organization"), member_role=F("memberships__role"))

    def agents(self) -> Self:
        """Active staff who work the queue, by name."""
        return self.staff_with(Capability.WORK_QUEUE).order_by("name")

    def called(self, handles: Sequence[str]) -> Self:
        """Agents whose login has one of these before its @."""
        anybody = Q(pk__in=[])
        for handle in handles:
            anybody |= Q(email__startswith=f"{handle}@")
        return self.agents().filter(anybody)

    def duty_leads(self) -> Self:
        """Active staff who are told of escalations."""
        return self.staff_with(Capability.LEAD_ESCALATIONS)

    def staff_with(self, capability: Capability) -> Self:
        """Active staff who hold a capability."""
        roles = [role for role, granted in STAFF_CAPABILITIES.items() if capability in granted]
        return self.filter(is_active=True, staff_role__in=roles)


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Every organization for staff; for anybody else those they belong to."""
        return self.all() if actor.is_staff else self.filter(pk__in=actor.roles.keys())


class MembershipQuerySet(models.QuerySet):
    def that_can(self, capability: Capability, organization_id: int) -> Self:
        """Memberships of an organization whose role holds a capability."""
        roles = [role for role, granted in ORGANIZATION_CAPABILITIES.items() if capability in granted]
        return self.filter(organization=organization_id, role__in=roles)

    def of_users(self, user_ids: Iterable[int]) -> Self:
        """Memberships of some people with their organizations, by name of the organization."""
        found = self.filter(user_id__in=list(user_ids))
        return found.select_related("organization").order_by("organization__name")

    def admins_of(self, organization_id: int) -> Self:
        """Admins of an organization who can sign in."""
        return self.filter(organization=organization_id, role=OrganizationRole.ADMIN, user__is_active=True)


class ServiceQuerySet(models.QuerySet):
    def running(self) -> Self:
        """Services that the platform still has."""
        return self.filter(removed_at=None)

    def of_organization(self, organization: Organization) -> Self:
        """Running services in the order of a list, with project and unit."""
        return (
            self.running()
            .filter(project__unit__organization=organization)
            .select_related("project__unit")
            .order_by("project__unit__name", "project__name", "name")
        )
