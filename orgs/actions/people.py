"""Writers of people: who belongs to an organization, and as what."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from orgs import events
from orgs.actor import Actor
from orgs.models import Invitation, Membership, Organization, User, normalize_email
from supportcenter.errors import RuleViolation
from supportcenter.outbox.publish import publish

INVITATION_LIFETIME = timedelta(days=7)


@transaction.atomic
def invite_member(*, actor: Actor, organization: Organization, email: str, role: str) -> Invitation:
    """Invite an address into an organization; the link is mailed and valid for seven days.

    Raises ``RuleViolation`` for somebody who is a member or has a pending invitation.
    """
    email = normalize_email(email)
    if Membership.objects.filter(organization=organization, user__email=email).exists():
        raise RuleViolation("already_member", f"{email} is a member already.", field="email")
    now = timezone.now()
    organization.invitations.filter(email=email, accepted_at=None, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organization=organization,
                email=email,
                role=role,
                invited_by=actor.user,
                invited_at=now,
                expires_at=now + INVITATION_LIFETIME,
            )
    except IntegrityError as error:
        raise RuleViolation(
            "already_invited", f"{email} has an invitation that is still valid.", field="email"
        ) from error
    publish(events.MEMBER_INVITED, {"invitation": invitation.pk}, actor_id=actor.user_id)
    return invitation


@transaction.atomic
def accept_invitation(*, user: User, invitation_id: int) -> Membership:
    """Turn an invitation into a membership of the person it was sent to.

    Raises ``RuleViolation`` if it is for another address, used, expired or withdrawn.
    """
    invitation = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if invitation is None or invitation.accepted_at or invitation.expires_at <= timezone.now():
        raise RuleViolation(
            "invitation_over", "This invitation is no longer valid. Ask an organization admin for a new one."
        )
    if invitation.email != user.email:
        raise RuleViolation(
            "invitation_for_another",
            "This invitation was sent to another address. Sign in with that address to accept it.",
        )
    membership, _ = Membership.objects.get_or_create(
        organization_id=invitation.organization_id, user=user, defaults={"role": invitation.role}
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    publish(events.MEMBER_JOINED, {"membership": membership.pk}, actor_id=user.pk)
    return membership


def change_profile(*, user: User, name: str, time_zone: str) -> User:
    """Change what a person may change of themselves."""
    user.name = name
    user.time_zone = time_zone
    user.save(update_fields=["name", "time_zone"])
    return user
