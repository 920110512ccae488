from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.entitlements import is_entitled
from orgs.access import organization_for
from orgs.actor import Actor, actor_of
from orgs.models import Organization
from orgs.roles import Capability
from supportcenter.http import csv_download, fragment_or_page, search_text
from tickets.access import follows_all, lists_for, ticket_named
from tickets.forms.lists import FilterForm
from tickets.models.ticket import Ticket, TicketQuerySet
from tickets.paging import Page, Sort, ordered, page_of
from tickets.search.finding import matching
from tickets.search.marking import excerpts, highlight

TABS = {"mine": "My tickets", "cc": "CC'd on", "organization": "Tickets in my organization"}
SORTS = {
    "updated": Sort("updated_at"),
    "created": Sort("created_at"),
    "severity": Sort("severity_rank", read=int),
    "due": Sort("due_order"),
}
COLUMNS = [
    "Number",
    "Subject",
    "Status",
    "Severity",
    "Product",
    "Requester",
    "Created",
    "Updated",
    "Answer due",
]
# Counting stops here: the number is for orientation.
MOST_COUNTED = 99


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
    organization = organization_of_member(actor, slug)
    words = search_text(request, 200).strip()
    if found := ticket_named(actor, words, organization):
        return redirect(found)
    lists = lists_for(actor, organization)
    if "organization" in lists:
        tab = "organization"
    else:
        tab = "cc" if matching(lists["cc"], words).exists() else "mine"
    return redirect(f"{_tab_url(slug, tab)}?{urlencode({'q': words})}")


@require_safe
def my_tickets(request: HttpRequest, slug: str, tab: str = "mine") -> HttpResponse:
    """My tickets, with its tabs, filters, order and pages."""
    actor = actor_of(request)
    organization = organization_of_member(actor, slug)
    lists = lists_for(actor, organization)
    if tab not in lists:
        return redirect("tickets:list", slug)
    form = FilterForm(request.GET, organization=organization, tab=tab)
    tickets = form.apply(lists[tab]).for_list().by_due().by_severity().with_unread(actor.user_id)
    page = page_of(tickets, _sort(form), request.GET)
    context = {
        "organization": organization,
        "tab": tab,
        "tabs": [
            {
                "label": TABS[name],
                "url": _tab_url(slug, name),
                "current": name == tab,
                "count": _count(each),
            }
            for name, each in lists.items()
        ],
        "form": form,
        "is_filtered": bool(form.filters),
        "rows": _rows(page, form.filters.get("q", "")),
        "columns": _columns(request, form),
        "export_url": f"{reverse('tickets:table', args=[slug, tab])}?{request.GET.urlencode()}",
        "newer_url": page.previous_url,
        "older_url": page.next_url,
        "is_entitled": is_entitled(organization),
        "follows_all": follows_all(actor, organization) if tab == "organization" else None,
    }
    return fragment_or_page(request, "tickets/_list.html", "tickets/list.html", context)


@require_safe
def table(request: HttpRequest, slug: str, tab: str) -> StreamingHttpResponse:
    """The filtered list as CSV, whole, in the order of the page."""
    actor = actor_of(request)
    organization = organization_of_member(actor, slug)
    lists = lists_for(actor, organization)
    if tab not in lists:
        raise PermissionDenied
    form = FilterForm(request.GET, organization=organization, tab=tab)
    tickets = form.apply(lists[tab]).for_list().by_due().by_severity()
    return csv_download(f"tickets-{slug}-{tab}.csv", _table(ordered(tickets, _sort(form))))


def organization_of_member(actor: Actor, slug: str) -> Organization:
    """The organization, for its own people: staff have other pages for this."""
    organization = organization_for(actor, slug)
    if organization.pk not in actor.roles:
        raise PermissionDenied
    return organization


def _tab_url(slug: str, tab: str) -> str:
    return reverse("tickets:list", args=[slug] if tab == "mine" else [slug, tab])


def _count(tickets: TicketQuerySet) -> str:
    found = len(tickets.values_list("pk", flat=True).order_by()[: MOST_COUNTED + 1])
    return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)


def _sort(form: FilterForm) -> Sort:
    name = form.order
    return SORTS[name.removeprefix("-")].reversed() if name.startswith("-") else SORTS[name]


def _rows(page: Page, words: str) -> list[dict[str, Any]]:
    """Tickets with subject and product in pieces and, after a search, the line with the words in it."""
    found = excerpts(page.rows, words) if words else {}
    return [
        {
            "ticket": each,
            "subject": highlight(each.subject, words),
            "product": highlight(each.product.name, words),
            "excerpt": found.get(each.pk, []),
        }
        for each in page.rows
    ]


def _columns(request: HttpRequest, form: FilterForm) -> dict[str, dict[str, str]]:
    """For each column that sorts: the address that sorts by it or turns it around, and how it is now."""
    columns = {}
    for name in SORTS:
        present = {name: "ascending", f"-{name}": "descending"}.get(form.order, "")
        wanted = f"-{name}" if present == "ascending" or (not present and name != "due") else name
        query = request.GET.copy()
        for gone in ("after", "before"):
            query.pop(gone, None)
        query["sort"] = wanted
        columns[name] = {"url": f"?{query.urlencode()}", "order": present}
    return columns


def _table(tickets: TicketQuerySet) -> Iterator[list[str]]:
    yield COLUMNS
    for ticket in tickets.iterator(chunk_size=500):
        yield _values(ticket)


def _values(ticket: Ticket) -> list[str]:
    due = ticket.response_due_at
    return [
        ticket.reference,
        ticket.subject,
        ticket.customer_status,
        ticket.get_severity_display(),
        ticket.product.name,
        ticket.requester.name,
        ticket.created_at.isoformat(timespec="seconds"),
        ticket.updated_at.isoformat(timespec="seconds"),
        due.isoformat(timespec="seconds") if due else "",
    ]
