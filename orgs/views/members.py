from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from orgs.access import members_and_invitations, organization_for
from orgs.actions import invite_member
from orgs.actor import actor_of
from orgs.forms import InvitationForm
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.http import posted


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """People of the organization, and inviting another one."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.MANAGE_MEMBERS)
    form = InvitationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invite_member(actor=actor, organization=organization, **form.cleaned_data)
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            messages.success(
                request, f"{invitation.email} is invited. The link in the mail is valid for 7 days."
            )
            return redirect("orgs:members", slug)
    people, invitations = members_and_invitations(organization)
    context = {"form": form, "organization": organization, "members": people, "invitations": invitations}
    return render(request, "orgs/members.html", context, status=422 if form.errors else 200)
