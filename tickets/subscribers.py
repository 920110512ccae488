"""What this app does when something happened: keep search, figures, and the clocks to what was bought."""

from billing import events as billing_events
from orgs.events import ORGANIZATION_EDITED
from supportcenter.outbox.models import OutboxMessage
from supportcenter.outbox.registry import subscribe
from tickets import events
from tickets.actions.clocks import mark_stale
from tickets.actions.indexing import index_tickets
from tickets.reports.actions import mark_days_of

TICKET_EVENTS = sorted(value for name, value in vars(events).items() if name.startswith("TICKET_"))


@subscribe("tickets.search", *TICKET_EVENTS)
def index_ticket(message: OutboxMessage) -> None:
    """Rebuild what search knows of the ticket; running it twice changes nothing."""
    index_tickets([message.payload["ticket"]])


@subscribe("tickets.figures", *TICKET_EVENTS)
def mark_figures(message: OutboxMessage) -> None:
    """Have the ticket's days counted anew; marking them twice is harmless."""
    mark_days_of(message.payload["ticket"])


@subscribe(
    "tickets.clocks",
    billing_events.TIER_CHANGE_ACTIVATED,
    billing_events.CUSTOM_SLA_RECORDED,
    billing_events.CUSTOM_SLA_REMOVED,
    *sorted(billing_events.TIER_PERIODS_EDITED),
    ORGANIZATION_EDITED,
)
def reckon_by_new_promise(message: OutboxMessage) -> None:
    """What is still owed to the organization is due by its new targets, zone or holidays, from the start."""
    mark_stale([message.payload["organization"]])


@subscribe("tickets.calendars", billing_events.CALENDAR_CHANGED, *sorted(billing_events.MATRIX_EDITED))
def reckon_by_new_matrix(message: OutboxMessage) -> None:
    """Any organization may be served by the calendar or the tier, so every open clock is reckoned anew."""
    mark_stale()
