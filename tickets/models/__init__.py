"""Tables of the tickets app."""

from tickets.models.bulk import BulkItem, BulkJob, BulkKind, Outcome
from tickets.models.catalogue import Product, Reason
from tickets.models.clock import ClockKind, SlaClock
from tickets.models.conversation import Activity, ActivityKind, Attachment, Comment
from tickets.models.desk import Density, DeskPreferences, SavedView
from tickets.models.drafts import DraftKind, ServerDraft
from tickets.models.figures import DailyFigures, DailyTotals, DirtyDay, FactKind
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.handover import Handover
from tickets.models.linking import Merge, TicketLink
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
    "BulkItem",
    "BulkJob",
    "BulkKind",
    "ClockKind",
    "Comment",
    "DailyFigures",
    "DailyTotals",
    "Density",
    "DeskPreferences",
    "DirtyDay",
    "DraftKind",
    "Escalation",
    "FactKind",
    "Follow",
    "FollowScope",
    "Handover",
    "HandsOut",
    "Macro",
    "MacroKind",
    "Mention",
    "Merge",
    "Mute",
    "Outcome",
    "Participant",
    "Product",
    "Rating",
    "Reason",
    "SavedView",
    "SearchDocument",
    "SearchWord",
    "ServerDraft",
    "SlaClock",
    "Tag",
    "Team",
    "TeamMember",
    "Ticket",
    "TicketLink",
    "Visit",
]
