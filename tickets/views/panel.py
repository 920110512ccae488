"""The parts of a ticket's page that only agents see."""

from typing import Any

from orgs.actor import Actor
from tickets.access import links_of, merges_of
from tickets.forms.handover import HandoverForm, SnoozeForm
from tickets.forms.tags import TagsForm
from tickets.forms.work import ClassificationForm
from tickets.models.ticket import Ticket
from tickets.views.customer_card import customer_card


def panel_of(actor: Actor, ticket: Ticket) -> dict[str, Any]:
    """Return the forms and facts of the side panel for agents."""
    return {
        "tags_form": TagsForm(ticket=ticket),
        "classification": ClassificationForm(ticket=ticket),
        "snooze_form": SnoozeForm(),
        "handover_form": HandoverForm(ticket=ticket),
        "customer": customer_card(ticket),
        "links": links_of(ticket),
        "merges": merges_of(ticket),
    }
