from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from orgs.access import has_login, invitation_for_link
from orgs.actions.invitations import accept_invitation
from supportcenter.errors import RuleViolation


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link in an invitation: accept as who you are, sign in, or make a login."""
    found = invitation_for_link(token)
    if found is None:
        return render(request, "orgs/invitation_over.html", status=410)
    context = {"invitation": found, "has_login": has_login(found.email), "error": ""}
    if request.method != "POST":
        return render(request, "orgs/invitation.html", context)
    if request.user.is_authenticated:
        try:
            membership = accept_invitation(user=request.user, invitation_id=found.pk)
        except RuleViolation as violation:
            return render(request, "orgs/invitation.html", context | {"error": violation.message}, status=422)
        messages.success(request, f"Welcome to {membership.organization}.")
        return redirect("home")
    request.session["invitation"] = found.pk
    get_adapter().stash_verified_email(request, found.email)
    return redirect(f"{reverse('account_signup')}?{urlencode({'email': found.email})}")
