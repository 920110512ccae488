"""What this app does when something happened elsewhere."""

from billing import events as billing_events
from supportcenter.outbox.models import OutboxMessage
from supportcenter.outbox.registry import subscribe
from tickets.actions import mark_stale


@subscribe(
    "tickets.clocks",
    billing_events.TIER_CHANGE_ACTIVATED,
    billing_events.CUSTOM_SLA_RECORDED,
    billing_events.CUSTOM_SLA_REMOVED,
)
def reckon_by_new_promise(message: OutboxMessage) -> None:
    """What is still owed to the organization is due by its new targets, from the start of each clock."""
    mark_stale([message.payload["organization"]])


@subscribe("tickets.calendars", billing_events.CALENDAR_CHANGED)
def reckon_by_new_calendar(message: OutboxMessage) -> None:
    """Any organization may be served by the calendar, so every open clock is reckoned anew."""
    mark_stale()
