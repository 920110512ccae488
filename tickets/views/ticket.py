from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from orgs.actor import Actor, actor_of
from orgs.context import act_in
from orgs.polls import poll_actor_of, poll_token
from orgs.roles import Capability
from supportcenter.http import fragment_or_page, is_fragment
from supportcenter.wording import format_instant
from tickets import presence
from tickets.access import (
    bare_ticket_for,
    draft_of,
    last_entry_id,
    macro_chosen,
    thread_for,
    ticket_for,
)
from tickets.actions.macros import filled
from tickets.actions.unchanged import states_of
from tickets.actions.visits import mark_seen
from tickets.clock.countdown import countdown
from tickets.clock.explanation import explain
from tickets.forms.conversation import AnswerForm, CommentForm
from tickets.forms.work import AgentSeverityForm, SeverityForm, StatusForm
from tickets.models.conversation import Activity, ActivityKind, Attachment
from tickets.models.macros import Macro
from tickets.models.ticket import Ticket, number_of
from tickets.options import lists_of_ticket
from tickets.permissions import allowed_on, explain_visibility
from tickets.reading import (
    SHOWN,
    Thread,
    colleagues_on,
    files_of,
    load_people,
    middle_of,
    newer_than,
    presence_state,
    thread_of,
)
from tickets.rendering import to_html
from tickets.timeline import ENTRIES, status_words, timeline_text
from tickets.views.panel import panel_of


@require_safe
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a ticket to anyone who may see it."""
    actor = actor_of(request)
    found = ticket_for(actor, reference)
    if number_of(reference) != found.pk:
        messages.info(request, f"{reference.upper()} was merged into this ticket.")
        return redirect(found)
    mark_seen(actor=actor, ticket=found)
    _be_seen(actor, found)
    context = ticket_context(request, actor, found)
    if context["allowed"].work and (macro := macro_chosen(actor, request.GET.get("macro"))):
        context |= {"composer": composer_for(actor, found, macro=macro), "macro": macro}
    return render(request, "tickets/ticket.html", context)


@require_safe
def thread(request: HttpRequest, reference: str) -> HttpResponse:
    """Return what is new since the entry ``after``, or 204 when nothing is; polled by the page.

    With ``middle``, return the entries that a long thread leaves out.
    """
    if "middle" in request.GET:
        return _middle(request, reference)
    if request.GET.get("after") == str(last_entry_id(poll_actor_of(request), reference)):
        return HttpResponse(status=204)
    actor = actor_of(request)
    found = ticket_for(actor, reference)
    mark_seen(actor=actor, ticket=found)
    return ticket_update(request, actor, found, "thread")


def _middle(request: HttpRequest, reference: str) -> HttpResponse:
    actor = actor_of(request)
    found = ticket_for(actor, reference)
    if not is_fragment(request):
        return redirect(f"{found.get_absolute_url()}?all=1")
    entries = middle_of(actor, found)
    load_people(actor, found, entries)
    shown = _shown(actor, found, entries, files_of(actor, found))
    context = {"ticket": found, "entries": shown, "allowed": allowed_on(actor, found)}
    return render(request, "tickets/_entries.html", context)


@require_safe
def present_agents(request: HttpRequest, reference: str) -> HttpResponse:
    """Return which other agents have the ticket open; polling it shows that this one has.

    Answer 204 if they are the same as those ``seen``. That costs no query: agents can see every ticket.
    """
    actor = poll_actor_of(request)
    number = number_of(reference)
    seen = request.GET.get("seen")
    if seen and number and actor.can(Capability.WORK_QUEUE):
        presence.be_seen(number, actor.person.pk)
        if seen == presence_state(actor, number):
            return HttpResponse(status=204)
    found = bare_ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    _be_seen(actor, found)
    context = {
        "ticket": found,
        **_present(actor, found),
        "countdown": countdown(found, timezone.now()),
        "poll_token": poll_token(request),
    }
    return HttpResponse(render_to_string("tickets/_presence_update.html", context))


def _present(actor: Actor, ticket: Ticket) -> dict[str, Any]:
    """Return the other agents on the ticket, and what stands for them in the address that polls them."""
    return {"colleagues": colleagues_on(actor, ticket), "presence_state": presence_state(actor, ticket.pk)}


def _be_seen(actor: Actor, ticket: Ticket) -> None:
    if actor.can(Capability.WORK_QUEUE):
        presence.be_seen(ticket.pk, actor.person.pk)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Preview a text before it is sent."""
    text = (request.POST.get("body") or request.POST.get("description") or "")[:100_000]
    return render(request, "tickets/_preview.html", {"html": to_html(text)})


def ticket_context(request: HttpRequest, actor: Actor, ticket: Ticket, **context: Any) -> dict[str, Any]:
    """Return everything that the ticket's page shows. ``context`` replaces forms by ones with errors."""
    act_in(request, ticket.organization)
    thread = _thread(request, actor, ticket)
    people, files = load_people(actor, ticket, thread["activities"]), files_of(actor, ticket)
    allowed = allowed_on(actor, ticket)
    lists = lists_of_ticket(ticket, for_agent=allowed.work)
    queue, mine = reverse("tickets:queue"), reverse("tickets:list", args=[ticket.organization.slug])
    base: dict[str, Any] = {
        "ticket": ticket,
        "poll_token": poll_token(request),
        **thread,
        "entries": _shown(actor, ticket, thread["activities"], files, hidden=thread["hidden"]),
        "files": [each for found in files.values() for each in found],
        "resources": [
            *(each.name for each in lists["projects"]),
            *(f"{each.more} / {each.name}" for each in lists["services"]),
        ],
        "unseen": [],
        "uploads": [],
        "macro": None,
        "rating": getattr(ticket, "rating", None),
        "allowed": allowed,
        "back_url": queue if allowed.work else mine,
        "organization": ticket.organization,
        "countdown": countdown(ticket, timezone.now()),
        "clock": explain(ticket.status, list(ticket.clocks.all()), format_instant),
        "visibility": explain_visibility(ticket, people.admins),
        "status_words": status_words(ticket.status, for_staff=allowed.work),
        **_present(actor, ticket),
        "composer": composer_for(actor, ticket),
        "status_form": StatusForm(present=ticket.status),
        "severity_form": severity_form_for(actor, ticket),
        "seen": states_of(ticket, [each.name for each in lists.get("tags", [])]),
    }
    if allowed.work:
        base |= panel_of(actor, ticket, people, lists)
    return base | context


def _thread(request: HttpRequest, actor: Actor, ticket: Ticket) -> dict[str, Any]:
    """Return the entries to show: for a page that has some of the thread, those that are newer.

    htmx sends the newest entry of the page in the header ``Thread-After``.
    """
    present = request.headers.get("Thread-After", "")
    known = int(present) if present.isascii() and present.isdigit() and len(present) < 18 else None
    newer = newer_than(actor, ticket, known) if known and is_fragment(request) else None
    thread = thread_of(actor, ticket, whole="all" in request.GET) if newer is None else Thread(newer)
    ids = [ticket.last_entry or 0, *(each.pk for each in thread.entries)]  # type: ignore[attr-defined]
    return {
        "activities": thread.entries,
        "hidden": thread.hidden,
        "is_appended": newer is not None,
        "last_entry": max(ids),
    }


def ticket_update(
    request: HttpRequest, actor: Actor, ticket: Ticket, part: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Show the page after a change or an error. For htmx, only ``part`` and other parts that changed.

    The composer is replaced only if it is ``part``, so that nothing typed or chosen there is lost.
    """
    values = ticket_context(request, actor, ticket, **context) | {"part": part, "has_error": status >= 400}
    return fragment_or_page(request, "tickets/_update.html", "tickets/ticket.html", values, status=status)


def composer_for(
    actor: Actor, ticket: Ticket, data: Any = None, files: Any = None, macro: Macro | None = None
) -> CommentForm:
    """Return the actor's composer: agents can set the status, write notes and apply macros."""
    make = AnswerForm if actor.can(Capability.WORK_QUEUE) else CommentForm
    draft = draft_of(actor, ticket) if data is None and macro is None else None
    initial: dict[str, Any] = {}
    if macro:
        initial = {"body": filled(macro, actor, ticket), "kind": macro.kind}
    if macro and macro.status:
        initial["status"] = macro.status
    return make(data, files, ticket=ticket, draft=draft, initial=initial)


def severity_form_for(actor: Actor, ticket: Ticket, data: Any = None) -> SeverityForm:
    """Return the severity form: agents must give a reason, which the customer sees."""
    make = AgentSeverityForm if actor.can(Capability.WORK_QUEUE) else SeverityForm
    return make(data, initial={"severity": ticket.severity})


def entries_of(actor: Actor, ticket: Ticket, *, since: int) -> list[dict[str, Any]]:
    """Return what others wrote ``since`` an entry, for the template."""
    found = thread_for(actor, ticket).written_since(since, but_by=actor.person)
    return _shown(actor, ticket, list(found), files_of(actor, ticket))


def _shown(
    actor: Actor,
    ticket: Ticket,
    entries: Sequence[Activity],
    files: Mapping[int, list[Attachment]],
    *,
    hidden: int = 0,
) -> list[dict[str, Any]]:
    """Return entries for the template; where some are left out, one says how many."""
    for_staff = actor.can(Capability.WORK_QUEUE)
    shown = [_entry(actor, ticket, each, files, for_staff=for_staff) for each in entries]
    if hidden:
        shown.insert(SHOWN, {"hidden": hidden, "after": shown[SHOWN - 1]["id"]})
    return shown


def _entry(
    actor: Actor,
    ticket: Ticket,
    activity: Activity,
    files: Mapping[int, list[Attachment]],
    *,
    for_staff: bool,
) -> dict[str, Any]:
    who = activity.actor.name if activity.actor else "The system"
    words = timeline_text(activity.kind, who, activity.before, activity.after, for_staff=for_staff)
    entry: dict[str, Any] = {
        "id": activity.pk,
        "at": activity.created_at,
        "kind": activity.kind,
        "icon": ENTRIES[ActivityKind(activity.kind)].icon,
        "is_important": ENTRIES[ActivityKind(activity.kind)].is_important,
        "words": words,
        "hidden": 0,
        "comment_id": None,
        "files": [],
    }
    if comment := activity.comment:
        entry |= {
            "comment_id": comment.pk,
            "html": to_html(comment.body, frozenset(activity.after.get("mentions", []))),
            "author": comment.author,
            "by_support": bool(comment.author.staff_role),
            "is_note": comment.is_internal,
            "is_mine": comment.author_id == actor.user_id,
            "files": files.get(comment.pk, []),
            "status": _status_line(activity, words, for_staff=for_staff),
        }
    return entry


def _status_line(activity: Activity, words: str, *, for_staff: bool) -> str:
    """Return the line below a comment that shows its change of status; empty if there is none."""
    if activity.kind != ActivityKind.COMMENTED or not activity.after.get("status"):
        return ""
    if "reopened" in words:
        return words
    by_support = activity.actor is not None and activity.actor.staff_role
    return (
        f"Status set to {status_words(activity.after['status'], for_staff=for_staff)}" if by_support else ""
    )
