"""Snoozing and handing over a ticket."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.rules import submit
from tickets.access import ticket_for
from tickets.actions import snoozing
from tickets.actions.handover import hand_over
from tickets.forms.handover import HandoverForm, SnoozeForm
from tickets.views.conversation import show_again
from tickets.views.ticket import ticket_update
from tickets.views.work import change, change_with


@require_POST
def snooze(request: HttpRequest, reference: str) -> HttpResponse:
    """Snooze the ticket."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    form = SnoozeForm(request.POST)

    def save() -> object:
        return snoozing.snooze(actor=actor, ticket=ticket, until=form.instant())

    return change_with(request, actor, ticket, save, snooze_form=form)


@require_POST
def unsnooze(request: HttpRequest, reference: str) -> HttpResponse:
    """Return a snoozed ticket to the queue now."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    return change(request, actor, ticket, lambda: snoozing.snooze(actor=actor, ticket=ticket, until=None))


@require_POST
def handover(request: HttpRequest, reference: str) -> HttpResponse:
    """Add or change the handover note."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    form = HandoverForm(request.POST, ticket=ticket)
    if submit(form, lambda: hand_over(actor=actor, ticket=ticket, **form.cleaned_data)):
        return show_again(request, actor, ticket, "handover")
    return ticket_update(request, actor, ticket, "handover", status=422, handover_form=form)
