"""The actor of a change: a person or the system, and what they can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from orgs.models import Membership, Organization, User
from orgs.roles import ORGANIZATION_CAPABILITIES, STAFF_CAPABILITIES, Capability
from orgs.source import Source


@dataclass(frozen=True)
class Actor:
    """A person (or, with ``user`` None, the system) at one moment; created for each request or mail.

    ``roles`` maps organization ids to the role there, so a removed member loses everything with the next
    request.
    """

    user: User | None
    source: Source
    roles: dict[int, str] = field(default_factory=dict)
    memberships: tuple[Membership, ...] = ()

    @classmethod
    def of(cls, user: User, source: Source) -> Actor:
        """Return the actor for a user; one query."""
        return cls.of_each([user], source)[user.pk]

    @classmethod
    def of_each(cls, users: Sequence[User], source: Source) -> dict[int, Actor]:
        """Return the actors for some users, by their ids; one query."""
        memberships: dict[int, list[Membership]] = {user.pk: [] for user in users}
        for each in Membership.objects.of_users(memberships):
            memberships[each.user_id].append(each)
        return {
            user.pk: cls(
                user=user,
                source=source,
                roles={each.organization_id: each.role for each in memberships[user.pk]},
                memberships=tuple(memberships[user.pk]),
            )
            for user in users
        }

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def person(self) -> User:
        """Return the acting person. Raises ``ValueError`` for the system."""
        if self.user is None:
            raise ValueError("the system cannot do this")
        return self.user

    @property
    def is_staff(self) -> bool:
        return bool(self.user and self.user.staff_role)

    def can(self, capability: Capability, organization: Organization | int | None = None) -> bool:
        """Return whether the person has a capability, as staff or by their role in ``organization``."""
        if self.user is None or not self.user.is_active:
            return False
        if capability in STAFF_CAPABILITIES[self.user.staff_role]:
            return True
        if organization is None:
            return False
        key = organization if isinstance(organization, int) else organization.pk
        return capability in ORGANIZATION_CAPABILITIES.get(self.roles.get(key, ""), frozenset())

    def organizations_with(self, capability: Capability) -> list[int]:
        """Return the ids of the organizations in which the person's role has a capability."""
        return [key for key, role in self.roles.items() if capability in ORGANIZATION_CAPABILITIES[role]]


SYSTEM = Actor(user=None, source=Source.SYSTEM)


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor of a web request, cached on the request."""
    if isinstance(request.user, AnonymousUser):
        return Actor(user=None, source=Source.WEB)
    actor = getattr(request, "_actor", None)
    if actor is None:
        actor = request._actor = Actor.of(request.user, Source.WEB)  # type: ignore[attr-defined]  # noqa: SLF001
    return actor
