from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from orgs.access import last_switch_of_visibility, organization_for
from orgs.actions.settings import change_participants_policy
from orgs.actor import actor_of
from orgs.forms import ParticipantsPolicyForm
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import submit


@require_http_methods(["GET", "HEAD", "POST"])
def visibility(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who can see the organization's tickets, and change whether people in CC can add others."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.MANAGE_ORGANIZATION)
    policy = {"participants_may_add": organization.participants_may_add}
    form = ParticipantsPolicyForm(posted(request), initial=policy)
    changed = submit(
        form,
        lambda: change_participants_policy(actor=actor, organization=organization, **form.cleaned_data),
    )
    if changed:
        messages.success(request, "Setting saved. It applies to all tickets from now on.")
        return redirect("orgs:visibility", slug)
    context = {
        "organization": organization,
        "form": form,
        "last_switch": last_switch_of_visibility(organization),
    }
    return render_form(request, "orgs/visibility.html", context)
