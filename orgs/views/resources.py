from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from orgs.access import organization_for, resources_of
from orgs.actions.resources import import_resources
from orgs.actor import actor_of
from orgs.forms import ResourcesForm
from orgs.resource_file import COLUMNS
from orgs.roles import Capability
from supportcenter.http import posted, render_form


@require_safe
def resources(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the organization's units with their projects and services."""
    organization = organization_for(actor_of(request), slug, capability=Capability.MANAGE_ORGANIZATION)
    context = {"organization": organization, "units": resources_of(organization)}
    return render(request, "orgs/resources.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Check or import a file of units, projects and services. A checked file stays in the form."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.MANAGE_ACCOUNTS)
    is_check = request.POST.get("do") != "import"
    form = ResourcesForm(posted(request), request.FILES or None)
    outcome = form.submit(
        lambda: import_resources(
            actor=actor,
            organization=organization,
            lines=form.cleaned_data["lines"],
            is_complete=form.cleaned_data["is_complete"],
            dry_run=is_check,
        )
    )
    context = {
        "customer": organization,
        "is_check": is_check,
        "columns": COLUMNS,
        "outcome": outcome,
        "form": ResourcesForm() if outcome and not is_check else form,
    }
    return render_form(request, "orgs/import_resources.html", context)
