"""Changes to the properties of a ticket."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from orgs.actor import Actor, actor_of
from orgs.roles import Capability
from supportcenter.http import is_fragment
from supportcenter.rules import attempt
from tickets.access import ticket_for
from tickets.actions.assignment import assign, assign_to_team
from tickets.actions.changes import change_severity, change_status, reclassify, solve
from tickets.actions.unchanged import change_unless_stale
from tickets.forms.work import AssignmentForm, ClassificationForm, StatusForm
from tickets.models.teams import Team
from tickets.models.ticket import Ticket
from tickets.permissions import allowed_on
from tickets.states import REOPEN_DAYS
from tickets.views.conversation import show_again
from tickets.views.ticket import severity_form_for, ticket_update


@require_POST
def assignment(request: HttpRequest, reference: str) -> HttpResponse:
    """Assign the ticket to an agent or a team, or unassign it."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    form = AssignmentForm(request.POST, actor=actor)

    def assign_chosen() -> object:
        chosen = form.cleaned_data["assignee"]
        if isinstance(chosen, Team):
            return assign_to_team(actor=actor, ticket=ticket, team=chosen)
        return assign(actor=actor, ticket=ticket, assignee=chosen)

    return change_property(request, actor, ticket, "assignment", assign_chosen, assignment=form)


@require_POST
def status(request: HttpRequest, reference: str) -> HttpResponse:
    """Set the status."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    form = StatusForm(request.POST)

    def set_status() -> object:
        return change_status(actor=actor, ticket=ticket, **form.cleaned_data)

    return change_property(request, actor, ticket, "status", set_status, status_form=form)


@require_POST
def severity(request: HttpRequest, reference: str) -> HttpResponse:
    """Change the severity."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    if not allowed_on(actor, ticket).change_severity:
        raise PermissionDenied
    form = severity_form_for(actor, ticket, request.POST)

    def set_severity() -> object:
        return change_severity(actor=actor, ticket=ticket, **form.cleaned_data)

    return change_property(request, actor, ticket, "severity", set_severity, severity_form=form)


@require_POST
def classification(request: HttpRequest, reference: str) -> HttpResponse:
    """Change product and reason."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    form = ClassificationForm(request.POST, ticket=ticket)

    def set_both() -> object:
        return reclassify(actor=actor, ticket=ticket, **form.cleaned_data)

    return change_property(request, actor, ticket, "classification", set_both, classification=form)


@require_POST
def resolution(request: HttpRequest, reference: str) -> HttpResponse:
    """Mark solved."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    done = f"Ticket solved. A comment within {REOPEN_DAYS} days reopens it."
    return change(request, actor, ticket, lambda: solve(actor=actor, ticket=ticket), done)


def change(
    request: HttpRequest, actor: Actor, ticket: Ticket, make: Callable[[], object], done: str = ""
) -> HttpResponse:
    """Run a change and show the ticket again, with ``done`` or the reason for a refusal as a message."""
    if attempt(request, make, done):
        return show_again(request, actor, ticket, "side")
    if is_fragment(request):
        return ticket_update(request, actor, ticket_for(actor, ticket.reference), "side", status=422)
    return redirect(ticket)


def change_with(
    request: HttpRequest, actor: Actor, ticket: Ticket, make: Callable[[], object], **forms: BaseForm
) -> HttpResponse:
    """Run a change if its form is valid; otherwise show the ticket with the form, named by its keyword."""
    if all(form.is_valid() for form in forms.values()):
        return change(request, actor, ticket, make)
    return ticket_update(request, actor, ticket, "side", status=422, **forms)


def change_property(
    request: HttpRequest,
    actor: Actor,
    ticket: Ticket,
    name: str,
    make: Callable[[], object],
    **forms: BaseForm,
) -> HttpResponse:
    """Run ``change_with`` unless the property changed since the page was shown."""
    seen = request.POST.get("seen")

    def make_unless_stale() -> object:
        return change_unless_stale(ticket=ticket, name=name, seen=seen, make=make)

    return change_with(request, actor, ticket, make_unless_stale, **forms)
