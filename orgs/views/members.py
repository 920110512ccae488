from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.access import (
    members_and_invitations,
    membership_for,
    organization_for,
    waiting_invitation_for,
)
from orgs.actions.invitations import invite_member, resend_invitation, withdraw_invitation
from orgs.actions.members import change_member, remove_member
from orgs.actor import Actor, actor_of
from orgs.forms import InvitationForm, MemberForm
from orgs.models import Organization
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import attempt, submit


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """List the members and invite another one."""
    actor, organization = _actor_and_organization(request, slug)
    form = InvitationForm(posted(request))
    invitation = submit(
        form, lambda: invite_member(actor=actor, organization=organization, **form.cleaned_data)
    )
    if invitation:
        messages.success(request, f"Invitation sent to {invitation.email}. Its link is valid for 7 days.")
        return redirect("orgs:members", slug)
    people, invitations = members_and_invitations(organization)
    context = {"form": form, "organization": organization, "members": people, "invitations": invitations}
    return render_form(request, "orgs/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Change the role and unit of a member."""
    actor, organization = _actor_and_organization(request, slug)
    membership = membership_for(organization, membership_id)
    form = MemberForm(posted(request), membership=membership)
    if submit(form, lambda: change_member(actor=actor, membership=membership, **form.cleaned_data)):
        messages.success(request, f"Role and unit of {membership.user} saved.")
        return _redirect_after_change(actor, organization)
    context = {"organization": organization, "member": membership, "form": form}
    return render_form(request, "orgs/member.html", context)


@require_POST
def member_removal(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Remove a member from the organization."""
    actor, organization = _actor_and_organization(request, slug)
    membership = membership_for(organization, membership_id)
    done = f"{membership.user} is no longer a member of {organization}."
    if attempt(request, lambda: remove_member(actor=actor, membership=membership), done):
        return _redirect_after_change(actor, organization)
    return redirect("orgs:member", slug, membership_id)


@require_POST
def invitation_renewal(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    """Mail an invitation again, valid for another seven days."""
    actor, organization = _actor_and_organization(request, slug)
    invitation = waiting_invitation_for(organization, invitation_id)
    done = f"Invitation resent to {invitation.email}. Its link is valid for 7 days."
    attempt(request, lambda: resend_invitation(actor=actor, invitation=invitation), done)
    return redirect("orgs:members", slug)


@require_POST
def invitation_withdrawal(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    actor, organization = _actor_and_organization(request, slug)
    invitation = waiting_invitation_for(organization, invitation_id)
    done = f"Invitation for {invitation.email} withdrawn. Its link no longer works."
    attempt(request, lambda: withdraw_invitation(actor=actor, invitation=invitation), done)
    return redirect("orgs:members", slug)


def _actor_and_organization(request: HttpRequest, slug: str) -> tuple[Actor, Organization]:
    """Return the actor and the organization. Require that they can manage its members."""
    actor = actor_of(request)
    return actor, organization_for(actor, slug, capability=Capability.MANAGE_MEMBERS)


def _redirect_after_change(actor: Actor, organization: Organization) -> HttpResponse:
    """Redirect to the members, or home if users have just removed their own access."""
    now = Actor.of(actor.person, actor.source)
    if now.can(Capability.MANAGE_MEMBERS, organization):
        return redirect("orgs:members", organization.slug)
    return redirect("home")
