"""Tables of the tickets app."""

from tickets.models.catalogue import Product, Reason
from tickets.models.clock import ClockKind, SlaClock
from tickets.models.conversation import Activity, ActivityKind, Attachment, Comment
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.handover import Handover
from tickets.models.linking import Merge, TicketLink
from tickets.models.macros import Macro, MacroKind
from tickets.models.mentions import Mention
from tickets.models.people import Escalation, Participant, Rating, Visit
from tickets.models.search import SearchDocument, SearchWord
from tickets.models.tags import Tag
from tickets.models.ticket import Ticket

__all__ = [
    "Activity",
    "ActivityKind",
    "Attachment",
    "ClockKind",
    "Comment",
    "Escalation",
    "Follow",
    "FollowScope",
    "Handover",
    "Macro",
    "MacroKind",
    "Mention",
    "Merge",
    "Mute",
    "Participant",
    "Product",
    "Rating",
    "Reason",
    "SearchDocument",
    "SearchWord",
    "SlaClock",
    "Tag",
    "Ticket",
    "TicketLink",
    "Visit",
]
