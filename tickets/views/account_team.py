from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from orgs.access import last_switch_of_visibility, organization_for
from orgs.actions.settings import change_visibility
from orgs.actor import actor_of
from orgs.models import Visibility
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.forms.work import VisibilityForm
from tickets.permissions import preview_visibility


@require_http_methods(["GET", "HEAD", "POST"])
def visibility(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what changing an organization's visibility of tickets would do, and change it."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.MANAGE_ACCOUNTS)
    other = Visibility.OWN if organization.visibility == Visibility.ALL else Visibility.ALL
    form = VisibilityForm(posted(request), initial={"visibility": other})
    changed = submit(
        form, lambda: change_visibility(actor=actor, organization=organization, **form.cleaned_data)
    )
    if changed:
        messages.success(request, f"{changed} now shows: {changed.get_visibility_display()}.")
        return redirect("tickets:visibility", slug)
    context = {
        "customer": organization,
        "other": other,
        "preview": preview_visibility(organization, other),
        "form": form,
        "last_switch": last_switch_of_visibility(organization),
    }
    return render_form(request, "tickets/visibility.html", context)
