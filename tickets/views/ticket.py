from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from orgs.actor import Actor, actor_of
from orgs.roles import Capability
from supportcenter.http import fragment_or_page
from tickets.access import allowed_on, thread_for, ticket_for
from tickets.forms import AnswerForm, AssignmentForm, CommentForm, SeverityForm, StatusForm
from tickets.models import Activity, ActivityKind, Ticket
from tickets.narration import headline, status_words
from tickets.rendering import to_html

ICONS = {
    ActivityKind.ASSIGNED: "user-check",
    ActivityKind.STATUS_CHANGED: "refresh",
    ActivityKind.SEVERITY_CHANGED: "urgent",
    ActivityKind.PARTICIPANTS_ADDED: "user-plus",
    ActivityKind.ESCALATED: "flame",
    ActivityKind.CLOSED: "archive",
}


@require_safe
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    """One ticket, for everybody who may see it."""
    actor = actor_of(request)
    return ticket_page(request, actor, ticket_for(actor, reference))


@require_safe
def thread(request: HttpRequest, reference: str) -> HttpResponse:
    """The thread alone, for the page to look for new entries."""
    actor = actor_of(request)
    found = ticket_for(actor, reference)
    allowed = allowed_on(actor, found)
    context = {
        "ticket": found,
        "entries": entries_of(actor, found),
        "allowed": allowed,
        "status_words": status_words(found.status, for_staff=allowed.work),
    }
    return render(request, "tickets/_thread_update.html", context)


def ticket_page(
    request: HttpRequest, actor: Actor, ticket: Ticket, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The ticket's page or, for htmx, its body. ``context`` brings forms that hold an error."""
    allowed = allowed_on(actor, ticket)
    base: dict[str, Any] = {
        "ticket": ticket,
        "entries": entries_of(actor, ticket),
        "allowed": allowed,
        "back_url": reverse("tickets:queue")
        if allowed.work
        else reverse("tickets:list", args=[ticket.organization.slug]),
        "organization": ticket.organization,
        "status_words": status_words(ticket.status, for_staff=allowed.work),
        "composer": (AnswerForm if allowed.work else CommentForm)(ticket=ticket),
    }
    if allowed.work:
        base |= {
            "assignment": AssignmentForm(initial={"assignee": ticket.assignee_id}),
            "status_form": StatusForm(initial={"status": ticket.status}),
            "severity_form": SeverityForm(initial={"severity": ticket.severity}),
        }
    return fragment_or_page(
        request, "tickets/_ticket.html", "tickets/ticket.html", base | context, status=status
    )


def entries_of(actor: Actor, ticket: Ticket) -> list[dict[str, Any]]:
    """The thread, ready to be shown."""
    for_staff = actor.can(Capability.WORK_QUEUE)
    return [_entry(actor, ticket, each, for_staff=for_staff) for each in thread_for(actor, ticket)]


def _entry(actor: Actor, ticket: Ticket, activity: Activity, *, for_staff: bool) -> dict[str, Any]:
    who = activity.actor.name if activity.actor else "The system"
    comment = activity.comment
    entry: dict[str, Any] = {
        "id": activity.pk,
        "at": activity.created_at,
        "kind": activity.kind,
        "icon": ICONS.get(ActivityKind(activity.kind), "point"),
        "is_important": activity.kind == ActivityKind.ESCALATED,
        "words": headline(activity.kind, who, activity.before, activity.after, for_staff=for_staff),
    }
    if comment:
        entry |= {
            "html": to_html(comment.body),
            "author": comment.author,
            "by_support": bool(comment.author.staff_role),
            "is_note": comment.is_internal,
            "is_mine": comment.author_id == actor.user_id,
            "files": comment.attachments.all(),
            "status": status_words(activity.after["status"], for_staff=for_staff)
            if comment.author.staff_role and activity.after.get("status")
            else "",
        }
    return entry
