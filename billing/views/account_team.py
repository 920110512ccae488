from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.access import organizations_with_tier
from orgs.actor import actor_of


@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """Every organization with its tier and entitlement, for the account team."""
    context = {"customers": organizations_with_tier(actor_of(request))}
    return render(request, "billing/organizations.html", context)
