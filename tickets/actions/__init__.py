"""The only writers of tickets. Each locks, checks, changes, records and publishes in one transaction."""

from tickets.actions.changes import assign, change_severity, change_status, close_solved, solve
from tickets.actions.comments import add_comment, add_internal_note
from tickets.actions.files import drop_unsent_files, stage_files
from tickets.actions.opening import TicketDraft, open_ticket
from tickets.actions.participants import add_participants

__all__ = [
    "TicketDraft",
    "add_comment",
    "add_internal_note",
    "add_participants",
    "assign",
    "change_severity",
    "change_status",
    "close_solved",
    "drop_unsent_files",
    "open_ticket",
    "solve",
    "stage_files",
]
