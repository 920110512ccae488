"""The agents' queue: one list, whose filters are its address."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import fragment_or_page
from tickets.access import organizations_to_name, queue_tickets, ticket_named, tier_names
from tickets.bulk.forms import BulkForm
from tickets.clock.countdown import Countdown, countdown
from tickets.forms.queue import Offers, QueueForm, offers
from tickets.models.ticket import Ticket
from tickets.paging import Page, page_of
from tickets.queue import COLUMNS, FIRST, VIEWS_COUNTED, View, Workspace, counts_of, workspace_for
from tickets.search.marking import mark

# Columns that sort, and the names of their orders: what the first click gives, and the other way around.
SORTING = {
    "due": ("due", "-due"),
    "severity": ("-severity", "severity"),
    "last_reply": ("-last_reply", "last_reply"),
    "created": ("-created", "created"),
    "updated": ("-updated", "updated"),
}
# What a row shows of the ticket itself.
SHOWN = ["pk", "subject", "status", "severity", "assignee_id", "team_id", "last_reply_at", "updated_at"]


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    ticket: Ticket
    tier: str
    clock: Countdown

    @property
    def looks(self) -> list[object]:
        """All that its line shows: the same looks, the same line."""
        ticket = self.ticket
        marks = [ticket.is_unread, ticket.is_escalated, ticket.is_escalation_late]  # type: ignore[attr-defined]
        return [*(getattr(ticket, name) for name in SHOWN), *marks, self.tier, asdict(self.clock)]


@require_safe
def queue(request: HttpRequest, view: str = FIRST) -> HttpResponse:
    """The agents' desk: what must be answered next stands first. 204 when all is as it was ``seen``."""
    actor = actor_of(request)
    desk = workspace_for(actor)
    shown = desk.view(view)
    if shown is None:
        return redirect("tickets:queue")
    if named := ticket_named(actor, request.GET.get("q", "")):
        return redirect(named)
    query = request.GET.copy()
    seen = query.pop("seen", [""])[-1]
    choices = offers()
    form = QueueForm(shown.filled(query), actor=actor, offers=choices)
    found = form.apply(queue_tickets(actor))
    order = form.key if "sort" in query else found.sort or form.key  # the best hit first, unless asked
    page = page_of(found.queryset.for_queue(actor.user_id), order, query)
    mark(page.rows, found.words)
    rows, tabs = _rows(page), _tabs(desk, shown, choices)
    looks = _fingerprint([[each.looks for each in rows], tabs, bool(page.next_url)])
    if seen == looks:
        return HttpResponse(status=204)
    context = {
        "desk": desk,
        "view": shown,
        "tabs": tabs,
        "form": form,
        "problems": found.problems,
        "has_changed": form.query != shown.query,
        "rows": rows,
        "columns": desk.columns(shown),
        "heads": _heads(query, form, desk.columns(shown)),
        "bulk": BulkForm(actor=actor, query=form.query),
        "poll_url": _with(query, seen=looks),
        "newer_url": page.previous_url,
        "older_url": page.next_url,
        "leads": actor.can(Capability.LEAD_ESCALATIONS),
        "organization_names": organizations_to_name(actor),
    }
    return fragment_or_page(request, "tickets/_queue_news.html", "tickets/queue.html", context)


def _rows(page: Page) -> list[Row]:
    tiers, now = tier_names(page.rows), timezone.now()
    return [Row(each, tiers[each.organization_id], countdown(each, now)) for each in page.rows]


def _tabs(desk: Workspace, shown: View, choices: Offers) -> list[dict[str, Any]]:
    """The views as tabs. A search is not counted, nor is everything."""
    tickets = queue_tickets(desk.actor)
    forms = {
        each.slug: QueueForm(QueryDict(each.query), actor=desk.actor, offers=choices)
        for each in desk.views[:VIEWS_COUNTED]
        if each.slug != "all"
    }
    counts = counts_of(
        {slug: form.apply(tickets).queryset for slug, form in forms.items() if not form.filters.get("q")}
    )
    return [
        {"label": each.name, "url": each.url, "current": each == shown, "count": counts.get(each.slug)}
        for each in desk.views
    ]


def _heads(query: QueryDict, form: QueueForm, columns: list[str]) -> list[dict[str, str]]:
    """The heads of the chosen columns; of those that sort, where they lead and how they stand now."""
    labels = {"due": "Clock", "subject": "Subject"} | {name: COLUMNS[name] for name in columns}
    return [{"name": name, "label": label} | _sorting(name, query, form) for name, label in labels.items()]


def _sorting(name: str, query: QueryDict, form: QueueForm) -> dict[str, str]:
    if name not in SORTING:
        return {}
    first, second = SORTING[name]
    wanted = second if form.order == first else first
    way = "descending" if form.order.startswith("-") else "ascending"
    return {"url": _with(query, sort=wanted), "order": way if form.order in SORTING[name] else ""}


def _with(query: QueryDict, **values: str) -> str:
    """The address of the same list with other values; another order begins at its first page."""
    changed = query.copy()
    for gone in ("after", "before") if "sort" in values else ():
        changed.pop(gone, None)
    for name, value in values.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def _fingerprint(looks: object) -> str:
    return sha256(repr(looks).encode()).hexdigest()[:16]
