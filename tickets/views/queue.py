"""The agents' queue: one list, filtered and ordered by its address."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import fragment_or_page
from tickets.access import organizations_to_name, queue_tickets, ticket_named, tier_names
from tickets.bulk.forms import BulkForm
from tickets.clock.countdown import Countdown, countdown
from tickets.forms.queue import ORDERS, QueueForm, queue_options
from tickets.models.ticket import Ticket
from tickets.paging import CURSORS, Page, counts_of, headings, page_of, url_with
from tickets.queue import COLUMNS, FIRST, VIEWS_COUNTED, View, Workspace, workspace_for
from tickets.search.finding import filtered, searched
from tickets.search.marking import mark

BEST = "best"
# The fields of the ticket itself that a row shows.
SHOWN = ["pk", "subject", "status", "severity", "assignee_id", "team_id", "last_reply_at", "updated_at"]


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    ticket: Ticket
    tier: str
    clock: Countdown

    @property
    def state(self) -> list[object]:
        """Everything that the line shows: it changes exactly when the line does."""
        ticket = self.ticket
        marks = [ticket.is_unread, ticket.is_escalated, ticket.is_escalation_late]  # type: ignore[attr-defined]
        return [*(getattr(ticket, name) for name in SHOWN), *marks, self.tier, asdict(self.clock)]


@require_safe
def queue(request: HttpRequest, view: str = FIRST) -> HttpResponse:
    """Show the tickets of a view, what is due next first. Answer 204 if nothing changed since ``seen``."""
    actor = actor_of(request)
    workspace = workspace_for(actor)
    shown = workspace.view(view)
    if shown is None:
        return redirect("tickets:queue")
    if named := ticket_named(actor, request.GET.get("q", "")):
        return redirect(named)
    query = request.GET.copy()
    seen = query.pop("seen", [""])[-1]
    form = QueueForm(query, actor=actor, options=queue_options(), base=shown.query)
    found = searched(actor, queue_tickets(actor), form.text, ranked=not form.chosen_order)
    order = form.order_by(BEST, "Best match") if found.words else form.order_by(shown.sort)
    page = page_of(found.queryset.for_queue(actor.user_id), found.sort or ORDERS[order][1], query)
    mark(page.rows, found.words)
    rows, tabs, columns = _rows(page), _tabs(workspace, shown), workspace.columns(shown)
    state = _fingerprint([[each.state for each in rows], tabs, bool(page.next_url)])
    if seen == state:
        return HttpResponse(status=204)
    cursor = {name: str(query[name]) for name in CURSORS if name in query}
    labels = {"due": "Clock", "subject": "Subject"} | {name: COLUMNS[name] for name in columns}
    context = {
        "workspace": workspace,
        "view": shown,
        "tabs": tabs,
        "form": form,
        "problems": found.problems,
        "has_changed": form.is_changed or form.chosen_order not in {"", shown.sort},
        "rows": rows,
        "columns": columns,
        "headings": headings(labels, ORDERS, order, query),
        "bulk": BulkForm(actor=actor, query=form.text),
        "save_url": f"?{urlencode({'q': form.text, 'sort': form.chosen_order or shown.sort})}",
        "poll_url": url_with(query, seen=state, **cursor),
        "newer_url": page.previous_url,
        "older_url": page.next_url,
        "leads": actor.can(Capability.LEAD_ESCALATIONS),
        "organization_names": organizations_to_name(actor),
    }
    return fragment_or_page(request, "tickets/_queue_news.html", "tickets/queue.html", context)


def _rows(page: Page) -> list[Row]:
    tiers, now = tier_names(page.rows), timezone.now()
    return [Row(each, tiers[each.organization_id], countdown(each, now)) for each in page.rows]


def _tabs(workspace: Workspace, shown: View) -> list[dict[str, Any]]:
    """Return the views as tabs. Searches aren't counted, nor is the view of all tickets."""
    actor, tickets = workspace.actor, queue_tickets(workspace.actor)
    found = {
        each.slug: filtered(actor, tickets, each.query)
        for each in workspace.views[:VIEWS_COUNTED]
        if each.query
    }
    counts = counts_of({slug: hits for slug, hits in found.items() if hits is not None})
    return [
        {"label": each.name, "url": each.url, "current": each == shown, "count": counts.get(each.slug)}
        for each in workspace.views
    ]


def _fingerprint(state: object) -> str:
    return sha256(repr(state).encode()).hexdigest()[:16]
