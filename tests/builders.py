"""Builders: one call makes one thing, through the actions that the product uses."""

import uuid
from typing import Any

from orgs.models import Organization, User
from tests.cast import actor
from tickets.actions import TicketDraft, add_comment, open_ticket
from tickets.models import Comment, Product, Reason, Ticket


def draft(**changes: Any) -> TicketDraft:
    values: dict[str, Any] = {
        "submission_key": uuid.uuid4(),
        "subject": "Consumer lag grows",
        "severity": "high",
        "product": Product.objects.get(code="kafka"),
        "reason": Reason.objects.get(code="performance"),
        "description": "The lag of group `billing` grows since this morning.",
    }
    return TicketDraft(**values | changes)


def ticket(requester: User, organization: Organization, **changes: Any) -> Ticket:
    return open_ticket(actor=actor(requester), organization=organization, draft=draft(**changes))


def comment(author: User, on: Ticket, body: str = "Any news?", **changes: Any) -> Comment:
    return add_comment(actor=actor(author), ticket=on, body=body, **changes)


def form_data(**changes: Any) -> dict[str, Any]:
    """What a browser posts with the create form."""
    return {
        "submission_key": str(uuid.uuid4()),
        "cc": "",
        "subject": "Consumer lag grows",
        "severity": "high",
        "product": "kafka",
        "reason": "performance",
        "description": "The lag of group `billing` grows since this morning.",
    } | changes
