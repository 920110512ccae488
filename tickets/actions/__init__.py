"""The only writers of tickets. Each locks, checks, changes, records and publishes in one transaction."""

from tickets.actions.bulk import cancel_bulk, request_bulk, run_bulk
from tickets.actions.catalogue import (
    add_choice,
    change_choice,
    delete_tag,
    move_choice,
    rename_tag,
)
from tickets.actions.changes import (
    assign,
    change_severity,
    change_status,
    close_solved,
    reclassify,
    solve,
)
from tickets.actions.clocks import mark_stale, promise_update, watch
from tickets.actions.comments import add_comment, add_internal_note
from tickets.actions.composing import UNSEEN, drop_drafts, keep_draft, send_composed
from tickets.actions.desk import change_view, delete_view, save_view, set_desk
from tickets.actions.escalation import acknowledge, close_escalation, escalate, remind_of_escalations
from tickets.actions.files import drop_unsent_files, stage_files
from tickets.actions.following import end_follow, follow, follow_ticket, mute, unfollow
from tickets.actions.handover import hand_over
from tickets.actions.indexing import index_tickets, reindex, sweep_index
from tickets.actions.linking import link, split, unlink
from tickets.actions.macros import Message, apply_macro, delete_macro, filled, save_macro, send
from tickets.actions.merging import merge_into, undo_merge
from tickets.actions.opening import TicketDraft, open_ticket
from tickets.actions.participants import add_participants, join, remove_participant
from tickets.actions.rating import rate
from tickets.actions.snoozing import snooze
from tickets.actions.tags import set_tags
from tickets.actions.teams import assign_to_team, delete_team, save_team, set_availability
from tickets.actions.visits import mark_seen

__all__ = [
    "UNSEEN",
    "Message",
    "TicketDraft",
    "acknowledge",
    "add_choice",
    "add_comment",
    "add_internal_note",
    "add_participants",
    "apply_macro",
    "assign",
    "assign_to_team",
    "cancel_bulk",
    "change_choice",
    "change_severity",
    "change_status",
    "change_view",
    "close_escalation",
    "close_solved",
    "delete_macro",
    "delete_tag",
    "delete_team",
    "delete_view",
    "drop_drafts",
    "drop_unsent_files",
    "end_follow",
    "escalate",
    "filled",
    "follow",
    "follow_ticket",
    "hand_over",
    "index_tickets",
    "join",
    "keep_draft",
    "link",
    "mark_seen",
    "mark_stale",
    "merge_into",
    "move_choice",
    "mute",
    "open_ticket",
    "promise_update",
    "rate",
    "reclassify",
    "reindex",
    "remind_of_escalations",
    "remove_participant",
    "rename_tag",
    "request_bulk",
    "run_bulk",
    "save_macro",
    "save_team",
    "save_view",
    "send",
    "send_composed",
    "set_availability",
    "set_desk",
    "set_tags",
    "snooze",
    "solve",
    "split",
    "stage_files",
    "sweep_index",
    "undo_merge",
    "unfollow",
    "unlink",
    "watch",
]
