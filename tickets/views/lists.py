"""The customers' lists of tickets, the header's search, and the start page."""

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
from supportcenter.http import csv_download, fragment_or_page
from tickets.access import follows_all, lists_for, ticket_named
from tickets.forms.lists import ORDERS, ListForm
from tickets.models.ticket import Ticket, TicketQuerySet
from tickets.paging import Page, counts_of, headings, ordered, page_of, url_with
from tickets.search.finding import Found, finished_hits, searched
from tickets.search.marking import excerpts, highlight

TABS = {
    "mine": "My tickets",
    "cc": "CC'd on",
    "organization": "Tickets in my organization",
    "all": "All visible to me",
}
# Columns of the CSV file.
COLUMNS = [
    "Number",
    "Subject",
    "Status",
    "Severity",
    "Product",
    "Requester",
    "Created",
    "Updated",
    "Response due",
]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Redirect to the start page for the person's role: the queue, the organizations, or My tickets."""
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
    """Redirect to a ticket by its number, or else to all hits in all tickets that the person can see."""
    actor = actor_of(request)
    organization = organization_of_member(actor, slug)
    words = request.GET.get("q", "").replace("\0", "").strip()
    if found := ticket_named(actor, words, organization):
        return redirect(found)
    *_, widest = lists_for(actor, organization)
    return redirect(f"{_tab_url(slug, widest)}?{urlencode({'q': words})}")


@require_safe
def my_tickets(request: HttpRequest, slug: str, tab: str = "mine") -> HttpResponse:
    """Show the tickets under a tab. A filter holds for all tabs, so their counts are those of its hits."""
    actor = actor_of(request)
    organization = organization_of_member(actor, slug)
    lists = lists_for(actor, organization)
    if tab not in lists:
        return redirect("tickets:list", slug)
    form = ListForm(request.GET, actor=actor, organization=organization, tab=tab)
    search = searched(actor, lists[tab], form.text)
    found = {name: tickets.filter(search.condition) for name, tickets in lists.items()}
    order = form.order_by()
    tickets = found[tab].for_list().by_due().by_severity().with_unread(actor.user_id)
    page = page_of(tickets, ORDERS[order][1], request.GET)
    context = {
        "organization": organization,
        "tab": tab,
        "tabs": _tabs(request, slug, tab, counts_of(found)),
        "form": form,
        "is_filtered": bool(form.text),
        "problems": search.problems,
        "excluded": search.excluded,
        "finished": finished_hits(actor, lists[tab], form.text) if search.words and not page.rows else None,
        "rows": _rows(page, search),
        "headings": headings(_labels(tab), ORDERS, order, request.GET),
        "export_url": f"{reverse('tickets:table', args=[slug, tab])}{url_with(request.GET)}",
        "newer_url": page.previous_url,
        "older_url": page.next_url,
        "is_entitled": is_entitled(organization),
        "follows_all": follows_all(actor, organization) if tab == "organization" else None,
    }
    return fragment_or_page(request, "tickets/_list.html", "tickets/list.html", context)


@require_safe
def table(request: HttpRequest, slug: str, tab: str) -> StreamingHttpResponse:
    """Export the filtered list as CSV: all rows, in the order of the page."""
    actor = actor_of(request)
    organization = organization_of_member(actor, slug)
    lists = lists_for(actor, organization)
    if tab not in lists:
        raise PermissionDenied
    form = ListForm(request.GET, actor=actor, organization=organization, tab=tab)
    tickets = searched(actor, lists[tab], form.text).queryset.for_table().by_due().by_severity()
    rows = ordered(tickets, ORDERS[form.order_by()][1])
    return csv_download(f"tickets-{slug}-{tab}.csv", _table(rows))


def organization_of_member(actor: Actor, slug: str) -> Organization:
    """Return the organization, for its own people: staff have other pages for this."""
    own = (each.organization for each in actor.memberships)
    if found := next((each for each in own if each.slug == slug), None):
        return found
    organization_for(actor, slug)
    raise PermissionDenied


def _tab_url(slug: str, tab: str) -> str:
    return reverse("tickets:list", args=[slug] if tab == "mine" else [slug, tab])


def _tabs(request: HttpRequest, slug: str, tab: str, counts: dict[str, str]) -> list[dict[str, Any]]:
    filters = url_with(request.GET) if request.GET else ""
    return [
        {
            "label": TABS[name],
            "url": f"{_tab_url(slug, name)}{filters}",
            "current": name == tab,
            "count": count,
        }
        for name, count in counts.items()
    ]


def _labels(tab: str) -> dict[str, str]:
    requester = {} if tab == "mine" else {"requester": "Requester"}
    first = {"subject": "Subject", "status": "Status", "severity": "Severity"}
    return first | requester | {"due": "Response due", "updated": "Updated"}


def _rows(page: Page, search: Found) -> list[dict[str, Any]]:
    """Return tickets with subject and product in parts and, after a search, an excerpt with its words."""
    words, near = search.words, search.near
    found = excerpts(page.rows, words, near) if words else {}
    return [
        {
            "ticket": each,
            "subject": highlight(each.subject, words, near),
            "product": highlight(each.product.name, words, near),
            "excerpt": found.get(each.pk, []),
        }
        for each in page.rows
    ]


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
