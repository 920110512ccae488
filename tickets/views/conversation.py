from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import Actor, actor_of
from orgs.context import act_in
from supportcenter.errors import RuleViolation
from supportcenter.http import is_fragment, posted
from tickets.access import allowed_on, ticket_for
from tickets.actions import Message, add_comment, add_participants, mark_seen, send
from tickets.desk_access import macro_chosen
from tickets.forms import CommentForm, ParticipantsForm
from tickets.models import MacroKind, Ticket
from tickets.views.ticket import composer_for, ticket_update


@require_POST
def comments(request: HttpRequest, reference: str) -> HttpResponse:
    """The composer: a comment; from agents an answer, with a status if they like, or an internal note."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    form = composer_for(actor, ticket, request.POST, request.FILES if not ticket.is_closed else None)
    form.keep_files(actor)
    if form.is_valid():
        try:
            _send(actor, ticket, form)
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            return shown_again(request, actor, ticket, "composer")
    macro = macro_chosen(actor, form["macro"].value()) if "macro" in form.fields else None
    return ticket_update(
        request, actor, ticket, "composer", status=422, composer=form, kept=form.kept, macro=macro
    )


def _send(actor: Actor, ticket: Ticket, form: CommentForm) -> None:
    values = form.cleaned_data
    if "kind" not in values:
        add_comment(actor=actor, ticket=ticket, body=values["body"], files=form.kept)
        return
    status = (values["status"] if values["kind"] == MacroKind.ANSWER else None) or None
    message = Message(values["body"], values["kind"], status, form.kept)
    send(actor=actor, ticket=ticket, message=message, macro=macro_chosen(actor, values["macro"]))


@require_http_methods(["GET", "HEAD", "POST"])
def participants(request: HttpRequest, reference: str) -> HttpResponse:
    """Add to conversation."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    if not allowed_on(actor, ticket).add_participants:
        raise PermissionDenied
    form = ParticipantsForm(posted(request), organization=ticket.organization)
    if request.method == "POST" and form.is_valid():
        try:
            joined = add_participants(
                actor=actor, ticket=ticket, users=form.cleaned_data["cc"], body=form.cleaned_data["body"]
            )
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            names = ", ".join(user.name for user in joined) or "Nobody new"
            messages.success(request, f"{names} joined the conversation. Your comment is sent.")
            return redirect(ticket)
    act_in(request, ticket.organization)
    context = {"ticket": ticket, "form": form, "organization": ticket.organization}
    return render(request, "tickets/participants.html", context, status=422 if form.errors else 200)


def shown_again(request: HttpRequest, actor: Actor, ticket: Ticket, part: str) -> HttpResponse:
    """The ticket as it is after a change: its changed parts for htmx, a redirect to its page otherwise."""
    mark_seen(actor=actor, ticket=ticket)
    if is_fragment(request):
        return ticket_update(request, actor, ticket_for(actor, ticket.reference), part)
    return redirect(ticket)
