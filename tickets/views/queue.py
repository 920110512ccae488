"""The agents' queue: one list, filtered and ordered by its address."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from orgs.polls import PARAMETER, poll_actor_of, poll_token
from orgs.roles import Capability
from supportcenter.http import fragment_or_page
from tickets.access import queue_tickets, ticket_named, tier_names
from tickets.bulk.forms import BulkForm
from tickets.clock.countdown import Countdown, countdown
from tickets.forms.queue import ORDERS, QueueForm, QueueOptions
from tickets.models.ticket import Ticket
from tickets.paging import CURSORS, Page, headings, page_of, url_with
from tickets.queue import COLUMNS, FIRST, View, Workspace, counts_of_views, workspace_for
from tickets.search.finding import finished_hits, searched
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
        """Everything that the line shows but the time left, which the browser counts down by itself."""
        ticket, clock = self.ticket, self.clock
        marks = [ticket.is_unread, ticket.is_escalated, ticket.is_escalation_late]  # type: ignore[attr-defined]
        snoozed = ticket.snoozed_until if ticket.is_snoozed else None
        shown = [getattr(ticket, name) for name in SHOWN]
        return [*shown, *marks, snoozed, self.tier, clock.urgency, clock.note, clock.due_at]


@require_safe
def queue(request: HttpRequest, view: str = FIRST) -> HttpResponse:
    """Show the tickets of a view, what is due next first. Answer 204 if nothing changed since ``seen``."""
    actor = poll_actor_of(request)
    workspace = workspace_for(actor)
    shown = workspace.view(view)
    if shown is None:
        return redirect("tickets:queue")
    if named := ticket_named(actor, request.GET.get("q", "")):
        return redirect(named)
    query = request.GET.copy()
    seen, _ = query.pop("seen", [""])[-1], query.pop(PARAMETER, None)
    options = QueueOptions(actor)
    form = QueueForm(query, actor=actor, options=options.to_filter(), base=shown.query)
    found = searched(actor, queue_tickets(actor), form.text, ranked=not form.chosen_order)
    order = form.order_by(BEST, "Best match") if found.words else form.order_by(shown.sort)
    page = page_of(found.queryset.for_queue(actor.user_id), found.sort or ORDERS[order][1], query)
    rows, tabs = _rows(page), _tabs(workspace, shown)
    state = _fingerprint([[each.state for each in rows], tabs, bool(page.next_url)])
    if seen == state:
        return HttpResponse(status=204)
    mark(page.rows, found.words, found.near)
    context = _context(request, workspace, shown, form, order) | {
        "bulk": BulkForm(actor=actor, query=form.text, options=options),
        "tabs": tabs,
        "problems": found.problems,
        "excluded": found.excluded,
        "finished": finished_hits(actor, queue_tickets(actor), form.text)
        if found.words and not rows
        else None,
        "rows": rows,
        "poll_url": _poll_url(request, query, state),
        "newer_url": page.previous_url,
        "older_url": page.next_url,
    }
    return fragment_or_page(request, "tickets/_queue_news.html", "tickets/queue.html", context)


def _context(
    request: HttpRequest, workspace: Workspace, shown: View, form: QueueForm, order: str
) -> dict[str, Any]:
    """Return what surrounds the rows: headings, filters and the bar for bulk changes."""
    actor, columns, query = workspace.actor, workspace.columns(shown), request.GET.copy()
    for name in ("seen", PARAMETER):
        query.pop(name, None)
    labels = {"due": "Clock", "subject": "Subject"} | {name: COLUMNS[name] for name in columns}
    return {
        "workspace": workspace,
        "view": shown,
        "form": form,
        "has_changed": form.is_changed or form.chosen_order not in {"", shown.sort},
        "columns": columns,
        "headings": headings(labels, ORDERS, order, query),
        "save_url": f"?{urlencode({'q': form.text, 'sort': form.chosen_order or shown.sort})}",
        "leads": actor.can(Capability.LEAD_ESCALATIONS),
    }


def _poll_url(request: HttpRequest, query: QueryDict, state: str) -> str:
    cursor = {name: str(query[name]) for name in CURSORS if name in query}
    return url_with(query, seen=state, **{PARAMETER: poll_token(request)}, **cursor)


def _rows(page: Page) -> list[Row]:
    tiers, now = tier_names(page.rows), timezone.now()
    return [Row(each, tiers[each.organization_id], countdown(each, now)) for each in page.rows]


def _tabs(workspace: Workspace, shown: View) -> list[dict[str, Any]]:
    """Return the views as tabs. Searches aren't counted, nor is the view of all tickets."""
    counts = counts_of_views(workspace)
    return [
        {"label": each.name, "url": each.url, "current": each == shown, "count": counts.get(each.slug)}
        for each in workspace.views
    ]


def _fingerprint(state: object) -> str:
    return sha256(repr(state).encode()).hexdigest()[:16]
