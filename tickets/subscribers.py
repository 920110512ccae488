"""What this app does when something happened to a ticket: keep the search index."""

from supportcenter.outbox.models import OutboxMessage
from supportcenter.outbox.registry import subscribe
from tickets import actions, events

TICKET_EVENTS = sorted(value for name, value in vars(events).items() if name.startswith("TICKET_"))


@subscribe("tickets.search", *TICKET_EVENTS)
def index_ticket(message: OutboxMessage) -> None:
    """Rebuild what search knows of the ticket; running it twice changes nothing."""
    actions.index_tickets([message.payload["ticket"]])
