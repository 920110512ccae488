from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from orgs.access import has_login, invitation_for_link
from orgs.actions.invitations import accept_invitation
from supportcenter.rules import attempt


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show and accept an invitation: as the signed-in user, after signing in, or with a new account."""
    found = invitation_for_link(token)
    if found is None:
        return render(request, "orgs/invitation_over.html", status=410)
    context = {"invitation": found, "has_login": has_login(found.email)}
    if request.method != "POST":
        return render(request, "orgs/invitation.html", context)
    if request.user.is_authenticated:
        user, done = request.user, f"Welcome to {found.organization}."
        if attempt(request, lambda: accept_invitation(user=user, invitation_id=found.pk), done):
            return redirect("home")
        return render(request, "orgs/invitation.html", context, status=422)
    request.session["invitation"] = found.pk
    get_adapter().stash_verified_email(request, found.email)
    return redirect(f"{reverse('account_signup')}?{urlencode({'email': found.email})}")
