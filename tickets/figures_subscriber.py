"""What reports do when something happened to a ticket."""

from supportcenter.outbox.models import OutboxMessage
from supportcenter.outbox.registry import subscribe
from tickets import events
from tickets.actions.figures import mark_days_of

ALL_EVENTS = sorted(value for name, value in vars(events).items() if name.startswith("TICKET_"))


@subscribe("tickets.figures", *ALL_EVENTS)
def mark_figures(message: OutboxMessage) -> None:
    """Have the ticket's days counted anew; marking them twice is harmless."""
    mark_days_of(message.payload["ticket"])
