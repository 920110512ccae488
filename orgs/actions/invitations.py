"""Invite, resend, withdraw and accept invitations."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from orgs import events
from orgs.actions.record import record
from orgs.actor import Actor
from orgs.models import AuditArea, Invitation, Membership, Organization, User, normalize_email
from orgs.source import Source
from supportcenter.errors import RuleViolation, enforced_by_database

INVITATION_LIFETIME = timedelta(days=7)


@transaction.atomic
def invite_member(*, actor: Actor, organization: Organization, email: str, role: str) -> Invitation:
    """Invite an address to an organization. The mailed link is valid for seven days.

    Raises ``RuleViolation`` if the person is a member or has a pending invitation.
    """
    email = normalize_email(email)
    _refuse_member(organization, email)
    now = timezone.now()
    organization.invitations.filter(email=email, accepted_at=None, expires_at__lte=now).delete()
    waiting = f"{email} already has a pending invitation."
    with enforced_by_database("already_invited", waiting, field="email"):
        invitation = Invitation.objects.create(
            organization=organization,
            email=email,
            role=role,
            invited_by=actor.user,
            invited_at=now,
            expires_at=now + INVITATION_LIFETIME,
        )
    _record(invitation, events.MEMBER_INVITED, f"Invited {email} as {_role(invitation)}", actor=actor)
    return invitation


@transaction.atomic
def resend_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Mail the link again, valid for seven days from now. This renews an expired invitation.

    Raises ``RuleViolation`` if it was accepted or withdrawn, or if the person has become a member.
    """
    invitation = _open(invitation)
    _refuse_member(invitation.organization, invitation.email)
    invitation.invited_by = actor.user
    invitation.invited_at = timezone.now()
    invitation.expires_at = invitation.invited_at + INVITATION_LIFETIME
    invitation.save(update_fields=["invited_by", "invited_at", "expires_at"])
    summary = f"Resent the invitation of {invitation.email} as {_role(invitation)}"
    _record(invitation, events.MEMBER_INVITED, summary, actor=actor)
    return invitation


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Withdraw an invitation. Its link stops working, and a queued mail is not sent.

    Raises ``RuleViolation`` if it has been accepted.
    """
    invitation = _open(invitation)
    summary = f"Withdrew the invitation for {invitation.email}"
    _record(invitation, events.INVITATION_WITHDRAWN, summary, actor=actor)
    invitation.delete()
    return invitation


@transaction.atomic
def accept_invitation(*, user: User, invitation_id: int) -> Membership:
    """Accept an invitation and return the membership.

    Raises ``RuleViolation`` if it is for another address, used, expired or withdrawn.
    """
    found = Invitation.objects.select_for_update(of=["self"]).select_related("organization")
    invitation = found.filter(pk=invitation_id).first()
    if invitation is None or invitation.accepted_at or invitation.is_expired:
        raise RuleViolation(
            "invitation_over", "This invitation is no longer valid. Ask an organization admin for a new one."
        )
    if invitation.email != user.email:
        raise RuleViolation(
            "invitation_for_another",
            "This invitation was sent to another address. Sign in with that address to accept it.",
        )
    membership, is_new = Membership.objects.get_or_create(
        organization_id=invitation.organization_id, user=user, defaults={"role": invitation.role}
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    if is_new:
        record(
            invitation.organization,
            AuditArea.PEOPLE,
            events.MEMBER_JOINED,
            f"{user} joined as {_role(invitation)}",
            actor=Actor(user=user, source=Source.WEB),
            after={"email": user.email, "role": _role(invitation)},
            membership=membership.pk,
        )
    return membership


def _open(invitation: Invitation) -> Invitation:
    """Lock and return a pending invitation. Raises ``RuleViolation`` if it is no longer pending."""
    found = Invitation.objects.select_for_update(of=["self"]).select_related("organization")
    current = found.filter(pk=invitation.pk, accepted_at=None).first()
    if current is None:
        raise RuleViolation(
            "invitation_over",
            f"The invitation for {invitation.email} has already been accepted or withdrawn.",
        )
    return current


def _refuse_member(organization: Organization, email: str) -> None:
    if Membership.objects.filter(organization=organization, user__email=email).exists():
        raise RuleViolation("already_member", f"{email} is already a member.", field="email")


def _role(invitation: Invitation) -> str:
    return invitation.get_role_display()


def _record(invitation: Invitation, event: str, summary: str, *, actor: Actor) -> None:
    values = {"email": invitation.email, "role": _role(invitation)}
    is_over = event == events.INVITATION_WITHDRAWN
    record(
        invitation.organization,
        AuditArea.PEOPLE,
        event,
        summary,
        actor=actor,
        before=values if is_over else None,
        after=None if is_over else values,
        invitation=invitation.pk,
    )
