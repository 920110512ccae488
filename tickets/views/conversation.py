from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import Actor, actor_of
from orgs.context import act_in
from orgs.roles import Capability
from supportcenter.http import is_fragment, posted, render_form, status_for
from supportcenter.rules import submit
from supportcenter.wording import format_list
from tickets import presence
from tickets.access import bare_ticket_for, macro_chosen, ticket_for
from tickets.actions.composing import UNSEEN, save_draft, send_composed
from tickets.actions.macros import Message
from tickets.actions.participants import add_participants
from tickets.actions.visits import mark_seen
from tickets.forms.conversation import CommentForm, DraftForm, ParticipantsForm
from tickets.models.macros import MacroKind
from tickets.models.ticket import Ticket
from tickets.permissions import allowed_on
from tickets.views.ticket import composer_for, entries_of, ticket_update


@require_POST
def comments(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the composer: a comment, or from agents a reply with an optional status, or an internal note."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    form = composer_for(actor, ticket, request.POST, request.FILES if not ticket.is_closed else None)
    form.store_files(actor)
    shown: dict[str, Any] = {"composer": form, "uploads": form.uploads}
    if submit(form, lambda: _send(actor, ticket, form)):
        presence.be_writing(ticket.pk, actor.person.pk, "")
        return show_again(request, actor, ticket, "composer")
    if form.has_error(NON_FIELD_ERRORS, UNSEEN):
        shown |= {"unseen": entries_of(actor, ticket, since=form.cleaned_data["seen"])}
    if "macro" in form.fields:
        shown["macro"] = macro_chosen(actor, form["macro"].value())
    status = status_for(request, {"form": form})
    return ticket_update(request, actor, ticket, "composer", status=status, **shown)


def _send(actor: Actor, ticket: Ticket, form: CommentForm) -> Ticket:
    typed = form.cleaned_data
    kind, status = typed.get("kind") or MacroKind.ANSWER, typed.get("status")
    macro = macro_chosen(actor, typed["macro"]) if typed.get("macro") else None
    if kind == MacroKind.NOTE:
        # The form shows the status for replies only; a macro for notes brings its own.
        status = macro.status if macro and macro.kind == MacroKind.NOTE else ""
    return send_composed(
        actor=actor,
        ticket=ticket,
        message=Message(typed["body"], kind, status or None, form.uploads, typed.get("next_update_at")),
        macro=macro,
        seen=typed["seen"],
    )


@require_POST
def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """Save the composer's content as a draft."""
    actor = actor_of(request)
    ticket = bare_ticket_for(actor, reference)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    is_saved = save_draft(actor=actor, ticket=ticket, **form.cleaned_data)
    if actor.can(Capability.WORK_QUEUE):
        presence.be_writing(ticket.pk, actor.person.pk, form.cleaned_data["kind"] if is_saved else "")
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def participants(request: HttpRequest, reference: str) -> HttpResponse:
    """Add people to the conversation."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    if not allowed_on(actor, ticket).add_participants:
        raise PermissionDenied
    form = ParticipantsForm(posted(request), organization=ticket.organization)
    joined = submit(
        form,
        lambda: add_participants(
            actor=actor, ticket=ticket, users=form.cleaned_data["cc"], body=form.cleaned_data["body"]
        ),
    )
    if joined is not None:
        names = format_list([user.name for user in joined])
        outcome = (
            f"{names} joined the conversation." if joined else "Everyone was already in the conversation."
        )
        messages.success(request, f"{outcome} Comment sent.")
        return redirect(ticket)
    act_in(request, ticket.organization)
    context = {"ticket": ticket, "form": form, "organization": ticket.organization}
    return render_form(request, "tickets/participants.html", context)


def show_again(request: HttpRequest, actor: Actor, ticket: Ticket, part: str) -> HttpResponse:
    """Show the ticket after a change: its changed parts for htmx, otherwise a redirect to its page."""
    mark_seen(actor=actor, ticket=ticket)
    if is_fragment(request):
        return ticket_update(request, actor, ticket_for(actor, ticket.reference), part)
    return redirect(ticket)
