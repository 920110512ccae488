"""What this app does after events: update the search index, reports and clocks."""

from typing import Any

from django.dispatch import receiver

from billing import events as billing_events
from orgs.actions.people import staff_changed
from orgs.actor import Actor
from orgs.events import ORGANIZATION_EDITED
from orgs.models import User
from supportcenter.outbox.models import OutboxMessage
from supportcenter.outbox.registry import subscribe
from tickets import events
from tickets.actions.clocks import mark_stale
from tickets.actions.indexing import index_tag, index_tickets
from tickets.actions.leaving import release_duties
from tickets.models.conversation import ActivityKind
from tickets.reports.actions import mark_days_of

TICKET_EVENTS = [kind.event for kind in ActivityKind]


@subscribe("tickets.search", *TICKET_EVENTS)
def index_ticket(message: OutboxMessage) -> None:
    """Update the search document of the ticket; running it twice changes nothing."""
    index_tickets([message.payload["ticket"]])


@subscribe("tickets.tags", events.TAG_RENAMED, events.TAGS_MERGED)
def index_tagged_tickets(message: OutboxMessage) -> None:
    """Let search find tickets by the new name of their tag."""
    index_tag(message.payload["tag"])


@subscribe("tickets.figures", *TICKET_EVENTS)
def mark_figures(message: OutboxMessage) -> None:
    """Mark the ticket's days to be recounted; marking them twice is harmless."""
    mark_days_of(message.payload["ticket"])


@subscribe(
    "tickets.clocks",
    billing_events.TIER_CHANGE_ACTIVATED,
    billing_events.CUSTOM_SLA_RECORDED,
    billing_events.CUSTOM_SLA_REMOVED,
    *sorted(billing_events.TIER_PERIODS_EDITED),
    ORGANIZATION_EDITED,
)
def recalculate_for_organization(message: OutboxMessage) -> None:
    """Have the organization's open clocks recalculated by its new targets, time zone or holidays."""
    mark_stale([message.payload["organization"]])


@subscribe("tickets.calendars", billing_events.CALENDAR_CHANGED, *sorted(billing_events.MATRIX_EDITED))
def recalculate_all(message: OutboxMessage) -> None:
    """Have every open clock recalculated, as any organization may use the calendar or the tier."""
    mark_stale()


@receiver(staff_changed, dispatch_uid="tickets.staff_changed")
def on_staff_changed(sender: Any, actor: Actor, user: User, **kwargs: Any) -> None:
    """Release what someone can no longer do, in the transaction of that change."""
    release_duties(actor=actor, user=user)
