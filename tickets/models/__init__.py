"""Tables of the tickets app."""

from tickets.models.catalogue import Product, Reason
from tickets.models.clock import ClockKind, SlaClock
from tickets.models.conversation import Activity, ActivityKind, Attachment, Comment
from tickets.models.drafts import DraftKind, ServerDraft
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.macros import Macro, MacroKind
from tickets.models.mentions import Mention
from tickets.models.people import Escalation, Participant, Rating, Visit
from tickets.models.search import SearchDocument, SearchWord
from tickets.models.tags import Tag
from tickets.models.teams import Availability, HandsOut, Team, TeamMember
from tickets.models.ticket import Ticket

__all__ = [
    "Activity",
    "ActivityKind",
    "Attachment",
    "Availability",
    "ClockKind",
    "Comment",
    "DraftKind",
    "Escalation",
    "Follow",
    "FollowScope",
    "HandsOut",
    "Macro",
    "MacroKind",
    "Mention",
    "Mute",
    "Participant",
    "Product",
    "Rating",
    "Reason",
    "SearchDocument",
    "SearchWord",
    "ServerDraft",
    "SlaClock",
    "Tag",
    "Team",
    "TeamMember",
    "Ticket",
    "Visit",
]
