"""Participants, escalation and rating of a ticket."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import actor_of
from orgs.context import act_in
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.access import participant_for, ticket_for
from tickets.actions.escalation import acknowledge, close_escalation, escalate
from tickets.actions.participants import join, remove_participant
from tickets.actions.rating import rate
from tickets.forms.conversation import EscalationForm, OutcomeForm, RatingForm
from tickets.models.ticket import Ticket
from tickets.permissions import allowed_on
from tickets.views.work import change


@require_POST
def participation(request: HttpRequest, reference: str) -> HttpResponse:
    """Join the conversation."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    if not allowed_on(actor, ticket).join:
        raise PermissionDenied
    done = "You joined the conversation. You’ll get all new comments and updates by email."
    return change(request, actor, ticket, lambda: join(actor=actor, ticket=ticket), done)


@require_POST
def remove(request: HttpRequest, reference: str, user_id: int) -> HttpResponse:
    """Leave the conversation, or remove someone from it."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    user = participant_for(actor, ticket, user_id)
    remove_participant(actor=actor, ticket=ticket, user=user)
    if user == actor.user:
        messages.success(request, f"You left the conversation on {ticket.reference}.")
        return redirect("tickets:list", ticket.organization.slug, "cc")
    messages.success(request, f"{user.name} was removed from the conversation.")
    return redirect(ticket)


@require_http_methods(["GET", "HEAD", "POST"])
def escalation(request: HttpRequest, reference: str) -> HttpResponse:
    """Escalate the ticket."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    if actor.can(Capability.WORK_QUEUE) or ticket.is_closed:
        raise PermissionDenied
    form = EscalationForm(posted(request))
    if submit(form, lambda: escalate(actor=actor, ticket=ticket, **form.cleaned_data)):
        messages.success(
            request, "Duty leads were notified. This page shows who acknowledges the escalation."
        )
        return redirect(ticket)
    return _form_page(request, ticket, form, "Escalate", "Escalate this ticket")


@require_POST
def acknowledgement(request: HttpRequest, reference: str) -> HttpResponse:
    """Acknowledge an escalation, as an agent."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    return change(request, actor, ticket, lambda: acknowledge(actor=actor, ticket=ticket))


@require_http_methods(["GET", "HEAD", "POST"])
def outcome(request: HttpRequest, reference: str) -> HttpResponse:
    """Close an escalation with its outcome, as an agent."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    if not ticket.open_escalation:
        return redirect(ticket)
    form = OutcomeForm(posted(request))
    if submit(form, lambda: close_escalation(actor=actor, ticket=ticket, **form.cleaned_data)):
        messages.success(request, "Escalation closed.")
        return redirect(ticket)
    return _form_page(request, ticket, form, "Close escalation", "Close the escalation")


@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: HttpRequest, reference: str) -> HttpResponse:
    """Rate a solved ticket, or change the rating."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    if not allowed_on(actor, ticket).rate:
        raise PermissionDenied
    form = RatingForm(posted(request), initial=_initial_rating(ticket))
    if submit(form, lambda: rate(actor=actor, ticket=ticket, **form.cleaned_data)):
        messages.success(request, "Thank you. You can change the rating for 7 days.")
        return redirect(ticket)
    return _form_page(request, ticket, form, "Send rating", "Rate this ticket")


def _initial_rating(ticket: Ticket) -> dict[str, object]:
    if not hasattr(ticket, "rating"):
        return {}
    return {"score": ticket.rating.score, "comment": ticket.rating.comment}


def _form_page(request: HttpRequest, ticket: Ticket, form: object, button: str, title: str) -> HttpResponse:
    """Show a page with a form about a ticket."""
    act_in(request, ticket.organization)
    context = {"ticket": ticket, "form": form, "button": button, "page_title": title}
    return render_form(request, "tickets/form.html", context)
