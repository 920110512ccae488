"""What only agents have on a ticket's page."""

from typing import Any

from orgs.actor import Actor
from tickets.access import links_of, merges_of
from tickets.forms.handover import HandoverForm, SnoozeForm
from tickets.forms.macros import TagsForm
from tickets.forms.work import ClassificationForm
from tickets.models.ticket import Ticket
from tickets.views.customer_card import customer_card


def panel_of(actor: Actor, ticket: Ticket) -> dict[str, Any]:
    """Forms and facts of the side panel that are for staff."""
    return {
        "tags_form": TagsForm(ticket=ticket),
        "classification": ClassificationForm(ticket=ticket),
        "snooze_form": SnoozeForm(),
        "handover_form": HandoverForm(ticket=ticket),
        "customer": customer_card(ticket),
        "links": links_of(ticket),
        "merges": merges_of(ticket),
    }
