"""What only agents have on a ticket's page."""

from typing import Any

from orgs.actor import Actor
from tickets.forms import ClassificationForm, TagsForm
from tickets.models import Ticket


def panel_of(actor: Actor, ticket: Ticket) -> dict[str, Any]:
    """Forms and facts of the side panel that are for staff."""
    return {"tags_form": TagsForm(ticket=ticket), "classification": ClassificationForm(ticket=ticket)}
