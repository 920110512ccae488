"""Changing a property from a page only if it is still as the page showed it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import transaction

from supportcenter.errors import RuleViolation
from tickets.actions.record import lock
from tickets.models.ticket import Ticket

Result = TypeVar("Result")

# What each form on the page changes, in words.
PROPERTIES = {
    "assignment": "assignee",
    "status": "status",
    "severity": "severity",
    "tags": "tags",
    "classification": "product or reason",
}


def states_of(ticket: Ticket, tags: Sequence[str]) -> dict[str, str]:
    """Return the present state of each property as a text to compare, never empty."""
    return {
        "assignment": f"{ticket.assignee_id}/{ticket.team_id}",
        "status": ticket.status,
        "severity": ticket.severity,
        "tags": f"/{' '.join(sorted(tags))}",
        "classification": f"{ticket.product_id}/{ticket.reason_id}",
    }


@transaction.atomic
def change_unless_stale(*, ticket: Ticket, name: str, seen: str | None, make: Callable[[], Result]) -> Result:
    """Run a change of a property unless someone else changed that property since the page was shown.

    ``seen`` is its state as the page showed it; without one nothing is compared. The check holds the
    ticket's lock, so if two people change the same property at once, the second is refused.
    """
    present = lock(ticket)
    if seen:
        tags = present.tags.values_list("name", flat=True) if name == "tags" else ()
        if states_of(present, list(tags))[name] != seen:
            raise RuleViolation(
                "stale",
                f"Someone else changed the {PROPERTIES[name]} since you opened this page. Nothing was saved. "
                "Check it and try again.",
            )
    return make()
