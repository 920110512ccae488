"""The one place where a ticket's status changes, with everything that follows from it."""

from datetime import datetime

from django.utils import timezone

from supportcenter.errors import RuleViolation
from tickets.actions.assignment import return_to_team
from tickets.actions.clocks import load_clocks, save_clocks
from tickets.clock.clocks import CLOCK_FIELDS
from tickets.models.conversation import Comment
from tickets.models.ticket import Ticket
from tickets.states import UNFINISHED, Status, can_change

FIELDS = [
    "status",
    "solved_at",
    "snoozed_until",
    "first_responded_at",
    "escalation_due_at",
    "updated_at",
    *CLOCK_FIELDS,
]
COMMENT_FIELDS = ["last_reply_by", "last_reply_at"]


def require_open(ticket: Ticket) -> None:
    """Require a ticket that isn't closed."""
    if ticket.is_closed:
        raise RuleViolation("ticket_closed", "This ticket is closed. Open a follow-up ticket instead.")


def require_transition(before: str, after: str) -> None:
    """Require a status that an agent or a customer may set after ``before``."""
    if not can_change(before, after):
        raise RuleViolation(
            "status_not_possible",
            f"A ticket that is {Status(before).label.lower()} can't become {Status(after).label.lower()}.",
        )


def move_status(
    ticket: Ticket, status: str, *, at: datetime, comment: Comment | None = None, by_agent: bool = False
) -> None:
    """Give a locked ticket a status and save it once, with the clocks and the time it was solved.

    ``comment`` is the public comment that caused the change, ``by_agent`` whether support wrote it, which
    meets what was owed. Without that, a status in which an answer is owed starts the wait for one, and any
    other pauses or ends the clocks. The status may stay the same. Solving ends an open escalation and a
    snooze. A ticket that is reopened returns to its team if its assignee is no longer an agent.
    """
    if ticket.is_finished and status in UNFINISHED:
        return_to_team(ticket)
    ticket.status = status
    ticket.solved_at = None if status in UNFINISHED else ticket.solved_at or at
    ticket.updated_at = timezone.now()  # after storing attachments: someone may have looked meanwhile
    if ticket.is_finished:
        ticket.snoozed_until = None
    clocks = load_clocks(ticket)
    if comment and by_agent:
        clocks.agent_replied(at, comment.author, status)
    else:
        clocks.status_changed(status, at)
    save_clocks(clocks)
    if status == Status.SOLVED:
        ticket.escalations.filter(closed_at=None).update(closed_at=at, outcome="The ticket was solved.")
        ticket.escalation_due_at = None
    if comment:
        ticket.last_reply_by, ticket.last_reply_at = comment.author, comment.created_at
    ticket.save(update_fields=[*FIELDS, *(COMMENT_FIELDS if comment else [])])
