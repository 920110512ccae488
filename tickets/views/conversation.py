from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import Actor, actor_of
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.http import fragment_or_page, is_fragment, posted
from tickets.access import allowed_on, ticket_for
from tickets.actions import add_comment, add_internal_note, add_participants
from tickets.forms import AnswerForm, CommentForm, ParticipantsForm
from tickets.models import Ticket
from tickets.views.ticket import ticket_page


@require_POST
def comments(request: HttpRequest, reference: str) -> HttpResponse:
    """The composer: a comment; from agents an answer, with a status if they like, or an internal note."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    make = AnswerForm if actor.can(Capability.WORK_QUEUE) else CommentForm
    form = make(request.POST, request.FILES, ticket=ticket)
    form.keep_files(actor)
    if form.is_valid():
        try:
            _send(actor, ticket, form)
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            return shown_again(request, actor, ticket)
    return ticket_page(request, actor, ticket, status=422, composer=form, kept=form.kept)


def _send(actor: Actor, ticket: Ticket, form: CommentForm) -> None:
    body = form.cleaned_data["body"]
    if form.cleaned_data.get("kind") == "note":
        add_internal_note(actor=actor, ticket=ticket, body=body, files=form.kept)
    else:
        status = form.cleaned_data.get("status") or None
        add_comment(actor=actor, ticket=ticket, body=body, files=form.kept, status=status)


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
            add_participants(
                actor=actor, ticket=ticket, users=form.cleaned_data["cc"], body=form.cleaned_data["body"]
            )
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            return shown_again(request, actor, ticket)
    context = {"ticket": ticket, "form": form, "organization": ticket.organization}
    return fragment_or_page(
        request,
        "tickets/_participants.html",
        "tickets/participants.html",
        context,
        status=422 if form.errors else 200,
    )


def shown_again(request: HttpRequest, actor: Actor, ticket: Ticket) -> HttpResponse:
    """The ticket as it is after a change: its body for htmx, a redirect to its page otherwise."""
    if is_fragment(request):
        return ticket_page(request, actor, ticket_for(actor, ticket.reference))
    return redirect(ticket)
