"""The command palette: pages and actions, found by a few letters."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from orgs.actor import Actor
from orgs.context import NavigationItem
from orgs.models import Organization
from orgs.roles import Capability
from tickets.access import recent_tickets, ticket_for, ticket_named, tickets_like
from tickets.models.ticket import Ticket
from tickets.permissions import allowed_on
from tickets.queue import workspace_for
from tickets.search.lexemes import lexemes

MOST_SHOWN = 12
# Fewer letters find too many tickets.
TICKETS_FROM = 2


@dataclass(frozen=True)
class Entry:
    """One line: a link, a form to post (``fields``), a key to press on the page, or an element to click."""

    kind: str
    label: str
    icon: str
    url: str = ""
    fields: tuple[tuple[str, str], ...] | None = None
    press: str = ""
    click: str = ""
    also: str = ""


# Pages that aren't in the navigation: label, address, icon, and the capability they need.
PAGES: list[tuple[str, str, str, Capability | None]] = [
    ("Suppressed addresses", "notifications:suppressions", "mail-off", Capability.WORK_QUEUE),
    ("Preferences", "orgs:profile", "adjustments", None),
    ("Mail preferences", "notifications:preferences", "mail", None),
    ("Password", "account_change_password", "key", None),
    ("Create HAR files", "help_har", "help", None),
]
ADMIN_PAGES = [
    ("Members", "orgs:members", "users"),
    ("Units, projects and services", "orgs:resources", "server"),
    ("Ticket visibility", "orgs:visibility", "eye"),
    ("Audit log", "orgs:audit_log", "history"),
    ("Change support tier", "billing:tier", "refresh"),
    ("Billing groups", "billing:groups", "coins"),
    ("Invoices", "billing:invoices", "receipt"),
    ("Following", "tickets:following", "bell"),
]
# Keys of an agent's ticket page (static/js/keys.js), with other words for what they do.
KEYS = [
    ("Reply", "message", "r", "answer comment write"),
    ("Internal note", "lock", "n", "write"),
    ("Apply macro", "template", "m", "canned response prepared answer use"),
    ("Assign", "users", "a", "assign"),
    ("Set status", "circle-check", "s", "solve close hold wait open"),
]
TICKET_PAGES = [
    ("Merge into another ticket", "tickets:merge", "git-merge"),
    ("Link to another ticket", "tickets:links", "link"),
    ("Mail for this ticket", "notifications:ticket_mails", "mail"),
    ("Export as JSON", "tickets:export", "download"),
]
THEMES = [
    ("Light theme", "light", "sun"),
    ("Dark theme", "dark", "moon"),
    ("System theme", "auto", "device-desktop"),
]


def entries_for(
    actor: Actor,
    typed: str,
    *,
    here: str,
    navigation: Iterable[NavigationItem],
    organization: Organization | None,
) -> list[Entry]:
    """Return the lines for what is typed, best first. ``here`` is the path of the page behind the palette."""
    acts = _on_ticket(actor, here)
    entries = [
        *_views(actor),
        *(Entry("Page", each.label, each.icon, each.url) for each in navigation),
        *_pages(actor, organization),
        *(Entry("Theme", label, icon, click=f"[data-theme-choice={code}]") for label, code, icon in THEMES),
    ]
    if not typed.strip():
        seen = [_entry_of(each, "Recently viewed") for each in recent_tickets(actor)]
        return [*acts, *(each for each in seen if each.url != here), *entries][:MOST_SHOWN]
    fit = fitting([*acts, *entries], typed)
    return [*_numbered(actor, typed), *fit, *_tickets(actor, typed)][:MOST_SHOWN]


def fitting(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """Return the entries with words that begin with each word typed; beginnings of labels first. Pure."""
    words = lexemes(typed)
    scored = [(_score(entry, words), entry) for entry in entries]
    found = [(score, entry) for score, entry in scored if score]
    return [entry for _, entry in sorted(found, key=lambda each: -each[0])]


def _score(entry: Entry, words: list[str]) -> int:
    """Return 0 if a word fits nowhere, and more the earlier and the more visibly it fits."""
    label, others = lexemes(entry.label), lexemes(f"{entry.also} {entry.kind}")
    score = 0
    for word in words:
        if label and label[0].startswith(word):
            score += 4
        elif any(each.startswith(word) for each in label):
            score += 3
        elif any(each.startswith(word) for each in others):
            score += 1
        else:
            return 0
    return score


def _entry_of(ticket: Ticket, kind: str = "Ticket") -> Entry:
    if ticket.merged_into_reference:
        kind = f"Merged into {ticket.merged_into_reference}"
    return Entry(kind, f"{ticket.reference} {ticket.subject}", "ticket", ticket.get_absolute_url())


def _numbered(actor: Actor, typed: str) -> Iterator[Entry]:
    if ticket := ticket_named(actor, typed):
        yield _entry_of(ticket)


def _tickets(actor: Actor, typed: str) -> Iterator[Entry]:
    if len(typed.strip()) < TICKETS_FROM or ticket_named(actor, typed):
        return
    yield from map(_entry_of, tickets_like(actor, typed))


def _views(actor: Actor) -> Iterator[Entry]:
    if actor.can(Capability.WORK_QUEUE):
        for view in workspace_for(actor).views:
            yield Entry("Queue", view.name, "inbox", view.url)


def _pages(actor: Actor, organization: Organization | None) -> Iterator[Entry]:
    for label, name, icon, capability in PAGES:
        if capability is None or actor.can(capability):
            yield Entry("Page", label, icon, reverse(name))
    if organization and actor.can(Capability.MANAGE_ORGANIZATION, organization):
        for label, name, icon in ADMIN_PAGES:
            yield Entry("Organization", label, icon, reverse(name, args=[organization.slug]), also="admin")


def _on_ticket(actor: Actor, here: str) -> list[Entry]:
    """Return the actions on the ticket whose page is open, if one is."""
    try:
        match = resolve(here)
        if match.view_name != "tickets:ticket":
            return []
        ticket = ticket_for(actor, match.kwargs["reference"])
    except (Resolver404, Http404, PermissionDenied, NoReverseMatch):
        return []
    return [*(_work(actor, ticket) if actor.can(Capability.WORK_QUEUE) else _take_part(actor, ticket))]


def _work(actor: Actor, ticket: Ticket) -> Iterator[Entry]:
    """Return an agent's actions. Those with a key press it on the page."""
    kind, args = ticket.reference, [ticket.reference]
    if not ticket.is_closed:
        yield from (Entry(kind, label, icon, press=key, also=also) for label, icon, key, also in KEYS)
        if ticket.assignee_id != actor.user_id:
            fields = (("assignee", str(actor.user_id)),)
            url = reverse("tickets:assignment", args=args)
            yield Entry(kind, "Assign to me", "user-plus", url, fields, also="take")
    for label, name, icon in TICKET_PAGES:
        yield Entry(kind, label, icon, reverse(name, args=args))


def _take_part(actor: Actor, ticket: Ticket) -> Iterator[Entry]:
    kind, allowed, args = ticket.reference, allowed_on(actor, ticket), [ticket.reference]
    if allowed.comment:
        yield Entry(kind, "Write a comment", "message", click="#composer textarea", also="answer reply")
    if allowed.solve:
        yield Entry(kind, "Mark as solved", "circle-check", reverse("tickets:resolution", args=args), ())
    if allowed.escalate:
        yield Entry(kind, "Escalate", "flame", reverse("tickets:escalation", args=args))
    if allowed.add_participants:
        yield Entry(kind, "Add to conversation", "user-plus", reverse("tickets:participants", args=args))
