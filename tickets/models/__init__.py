"""Tables of the tickets app."""

from tickets.models.catalogue import Product, Reason
from tickets.models.conversation import Activity, ActivityKind, Attachment, Comment
from tickets.models.drafts import DraftKind, ServerDraft
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.macros import Macro, MacroKind
from tickets.models.mentions import Mention
from tickets.models.people import Escalation, Participant, Rating, Visit
from tickets.models.tags import Tag
from tickets.models.ticket import Ticket

__all__ = [
    "Activity",
    "ActivityKind",
    "Attachment",
    "Comment",
    "DraftKind",
    "Escalation",
    "Follow",
    "FollowScope",
    "Macro",
    "MacroKind",
    "Mention",
    "Mute",
    "Participant",
    "Product",
    "Rating",
    "Reason",
    "ServerDraft",
    "Tag",
    "Ticket",
    "Visit",
]
