from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.entitlements import is_entitled
from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import fragment_or_page
from tickets.access import lists_for, ticket_named
from tickets.forms import FilterForm
from tickets.paging import page_of

TABS = {"mine": "My tickets", "cc": "CC'd on", "organization": "Tickets in my organization"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The page that somebody works on: the queue, the organizations, or My tickets."""
    actor = actor_of(request)
    if actor.can(Capability.WORK_QUEUE):
        return redirect("tickets:queue")
    if actor.can(Capability.MANAGE_ACCOUNTS):
        return redirect("billing:organizations")
    if actor.memberships:
        return redirect("tickets:list", actor.memberships[0].organization.slug)
    return render(request, "tickets/no_organization.html")


@require_safe
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """The header's search: straight to a ticket by its number, else to the widest list."""
    actor = actor_of(request)
    organization = organization_for(actor, slug)
    words = request.GET.get("q", "").strip()
    if found := ticket_named(actor, words):
        return redirect(found)
    tab = "organization" if "organization" in lists_for(actor, organization) else "mine"
    url = reverse("tickets:list", args=[slug] if tab == "mine" else [slug, tab])
    return redirect(f"{url}?{urlencode({'q': words})}")


@require_safe
def my_tickets(request: HttpRequest, slug: str, tab: str = "mine") -> HttpResponse:
    """My tickets, with its tabs, filters and pages."""
    actor = actor_of(request)
    organization = organization_for(actor, slug)
    lists = lists_for(actor, organization)
    if tab not in lists:
        return redirect("tickets:list", slug)
    form = FilterForm(request.GET)
    page = page_of(form.apply(lists[tab]).for_list(), "updated_at", request.GET, descending=True)
    context = {
        "organization": organization,
        "tab": tab,
        "tabs": [
            {
                "label": TABS[name],
                "url": reverse("tickets:list", args=[slug] if name == "mine" else [slug, name]),
                "current": name == tab,
                "count": tickets.unfinished().count(),
            }
            for name, tickets in lists.items()
        ],
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
        "tickets": page.rows,
        "newer_url": page.previous_url,
        "older_url": page.next_url,
        "is_entitled": is_entitled(organization),
    }
    return fragment_or_page(request, "tickets/_list.html", "tickets/list.html", context)
