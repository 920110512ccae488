from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from billing.access import current_period, group_of, groups_of
from billing.actions.groups import create_group, delete_group, deletion_blocker, edit_group
from billing.forms import GroupForm
from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import attempt, submit


@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: HttpRequest, slug: str) -> HttpResponse:
    """The organization's billing groups, and a form to create one."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.MANAGE_ORGANIZATION)
    form = GroupForm(posted(request), organization=organization)
    made = submit(form, lambda: create_group(actor=actor, organization=organization, draft=form.draft()))
    if made:
        messages.success(request, f"Billing group {made} created.")
        return redirect("billing:groups", slug)
    context = {
        "organization": organization,
        "groups": groups_of(organization).prefetch_related("billed_projects__project"),
        "period": current_period(organization),
        "form": form,
    }
    return render_form(request, "billing/groups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Edit a billing group."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.MANAGE_ORGANIZATION)
    found = group_of(organization, pk)
    present = {
        "name": found.name,
        "currency": found.currency,
        "billed_to": found.billed_to,
        "is_default": found.is_default,
        "projects": [each.project_id for each in found.billed_projects.all()],
    }
    form = GroupForm(posted(request), organization=organization, initial=present)
    if submit(form, lambda: edit_group(actor=actor, group=found, draft=form.draft())):
        messages.success(request, "Billing group saved.")
        return redirect("billing:groups", slug)
    context = {
        "organization": organization,
        "group": found,
        "form": form,
        "deletion_blocker": deletion_blocker(found),
    }
    return render_form(request, "billing/group.html", context)


@require_POST
def removal(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a billing group that nothing is charged to."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.MANAGE_ORGANIZATION)
    found = group_of(organization, pk)
    done = f"Billing group {found} deleted."
    if attempt(request, lambda: delete_group(actor=actor, group=found), done):
        return redirect("billing:groups", slug)
    return redirect("billing:group", slug, pk)
