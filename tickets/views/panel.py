"""The parts of a ticket's page that only agents see."""

from typing import Any

from django.utils import timezone

from orgs.actor import Actor
from tickets.access import links_of, merges_of
from tickets.forms.handover import HandoverForm, SnoozeForm
from tickets.forms.tags import TagsForm
from tickets.forms.work import AssignmentForm, ClassificationForm
from tickets.models.teams import absence_of
from tickets.models.ticket import Ticket
from tickets.options import Lists
from tickets.reading import People
from tickets.views.customer_card import customer_card


def panel_of(actor: Actor, ticket: Ticket, people: People, lists: Lists) -> dict[str, Any]:
    """Return the forms and facts of the side panel for agents."""
    return {
        "assignment": AssignmentForm(actor=actor, ticket=ticket, people=people.agents, lists=lists),
        "absence": absence_of(ticket.assignee, timezone.now()) if ticket.assignee else "",
        "tags_form": TagsForm(ticket=ticket, line=" ".join(each.name for each in lists["tags"])),
        "classification": ClassificationForm(ticket=ticket, lists=lists),
        "snooze_form": SnoozeForm(),
        "handover": getattr(ticket, "handover", None),
        "handover_form": HandoverForm(ticket=ticket),
        "customer": customer_card(ticket),
        "links": links_of(ticket),
        "merges": merges_of(ticket),
    }
