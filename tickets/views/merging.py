"""Merging, splitting and linking tickets."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import Actor, actor_of
from orgs.context import act_in
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.http import posted, render_form, search_text
from supportcenter.rules import attempt, submit
from tickets.access import (
    comment_for,
    linkable_for,
    linked_for,
    merge_for,
    mergeable_for,
    ticket_for,
    ticket_named,
)
from tickets.actions import linking
from tickets.actions.merging import merge_into, preview_merge, undo_merge
from tickets.forms.linking import SplitForm, TargetForm
from tickets.models.ticket import Ticket


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, reference: str) -> HttpResponse:
    """Merge the ticket into another one of the same organization, after a preview."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)

    def into(target: Ticket) -> Ticket:
        merge_into(actor=actor, ticket=ticket, target=target)
        messages.success(request, f"{ticket.reference} merged into this ticket. You can undo this for a day.")
        return target

    page: dict[str, Any] = {
        "title": "Merge",
        "button": "Merge into this",
        "is_previewed": True,
        "offered": mergeable_for(actor, ticket, _words(request)),
    }
    if "target" in request.GET and request.method != "POST":
        return _preview(request, actor, ticket, page)
    return _pick(request, actor, ticket, into, page)


def _preview(request: HttpRequest, actor: Actor, ticket: Ticket, page: dict[str, Any]) -> HttpResponse:
    """Show what merging into the chosen ticket would do, or the page to choose one with what is wrong."""
    form = TargetForm(request.GET)
    preview = submit(form, lambda: preview_merge(actor=actor, ticket=ticket, target=_chosen(actor, form)))
    if preview is None:
        return _show_pick(request, ticket, form, page)
    act_in(request, ticket.organization)
    context = {"ticket": ticket, "preview": preview}
    return render_form(request, "tickets/merge_preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, reference: str) -> HttpResponse:
    """Link the ticket to a related one."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)

    def to(other: Ticket) -> Ticket:
        linking.link(actor=actor, ticket=ticket, other=other)
        messages.success(request, f"{other.reference} linked.")
        return ticket

    page = {
        "title": "Link a related ticket",
        "button": "Link",
        "is_previewed": False,
        "offered": linkable_for(actor, ticket, _words(request)),
    }
    return _pick(request, actor, ticket, to, page)


def _words(request: HttpRequest) -> str:
    return search_text(request, 200).strip()


def _pick(
    request: HttpRequest,
    actor: Actor,
    ticket: Ticket,
    do: Callable[[Ticket], Ticket],
    page: dict[str, Any],
) -> HttpResponse:
    """Show a page to choose another ticket, and run ``do`` with the chosen one."""
    form = TargetForm(posted(request))

    if done := submit(form, lambda: do(_chosen(actor, form))):
        return redirect(done)
    return _show_pick(request, ticket, form, page)


def _chosen(actor: Actor, form: TargetForm) -> Ticket:
    """Return the ticket named in a valid form."""
    chosen = ticket_named(actor, form.cleaned_data["target"])
    if chosen is None:
        raise RuleViolation("no_such_ticket", "Enter the reference of an existing ticket.", field="target")
    return chosen


def _show_pick(request: HttpRequest, ticket: Ticket, form: TargetForm, page: dict[str, Any]) -> HttpResponse:
    act_in(request, ticket.organization)
    context = {"ticket": ticket, "form": form, "q": _words(request), **page}
    return render_form(request, "tickets/pick_ticket.html", context)


@require_POST
def undo(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Undo a merge."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    found = merge_for(ticket, pk)
    done = f"Merge undone. {found.source.reference} is a separate ticket again."
    return redirect(
        found.source if attempt(request, lambda: undo_merge(actor=actor, merge=found), done) else ticket
    )


@require_POST
def unlink(request: HttpRequest, reference: str, other: str) -> HttpResponse:
    """Remove a link to another ticket."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    linked = linked_for(ticket, other)
    linking.unlink(actor=actor, ticket=ticket, other=linked)
    messages.success(request, f"Link to {linked.reference} removed.")
    return redirect(ticket)


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Split a comment off into a new ticket."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    comment = comment_for(ticket, pk)
    others = linking.people_besides(comment)
    form = SplitForm(posted(request), initial={"subject": ticket.subject}, others=others)
    if new := submit(form, lambda: linking.split(actor=actor, comment=comment, **form.cleaned_data)):
        messages.success(request, f"{new.reference} created from a comment on {ticket.reference}.")
        return redirect(new)
    act_in(request, ticket.organization)
    context = {"ticket": ticket, "form": form, "comment": comment}
    return render_form(request, "tickets/split.html", context)
