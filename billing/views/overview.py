from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.access import groups_of, invoices_of, open_change_of
from billing.entitlements import entitlement_of, is_entitled
from orgs.access import organization_for, summary_of
from orgs.actor import actor_of
from orgs.roles import Capability


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """The first page of an organization's admin area: a summary of each part, with a link to it."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.MANAGE_ORGANIZATION)
    context = {
        "organization": organization,
        "entitlement": entitlement_of(organization),
        "is_entitled": is_entitled(organization),
        "open_change": open_change_of(organization),
        "summary": summary_of(organization),
        "groups": groups_of(organization),
        "newest_invoices": invoices_of(organization)[:3],
    }
    return render(request, "billing/overview.html", context)
