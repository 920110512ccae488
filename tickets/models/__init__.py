"""Tables of the tickets app."""

from tickets.models.catalogue import Product, Reason
from tickets.models.clock import ClockKind, SlaClock
from tickets.models.conversation import Activity, ActivityKind, Attachment, Comment
from tickets.models.figures import DailyFigures, DailyTotals, DirtyDay, FactKind
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.people import Escalation, Participant, Rating, Visit
from tickets.models.ticket import Ticket

__all__ = [
    "Activity",
    "ActivityKind",
    "Attachment",
    "ClockKind",
    "Comment",
    "DailyFigures",
    "DailyTotals",
    "DirtyDay",
    "Escalation",
    "FactKind",
    "Follow",
    "FollowScope",
    "Mute",
    "Participant",
    "Product",
    "Rating",
    "Reason",
    "SlaClock",
    "Ticket",
    "Visit",
]
