"""Comments of customers and agents, and internal notes."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.clocks import clocks_of, keep
from tickets.actions.escalation import end_with, escalate
from tickets.actions.files import attach
from tickets.actions.record import lock, record, require_agent
from tickets.actions.snoozing import wake
from tickets.clock.clocks import CLOCK_FIELDS
from tickets.mentions import asks_to_escalate, handle_of, handles_in
from tickets.models.conversation import ActivityKind, Attachment, Comment
from tickets.models.mentions import Mention
from tickets.models.ticket import Ticket
from tickets.states import Status, after_customer_comment, can_change


@transaction.atomic
def add_comment(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    files: Sequence[Attachment] = (),
    status: str | None = None,
) -> Comment:
    """Add a public comment; an agent may set the status in the same step, as one update.

    A customer's comment opens a paused or solved ticket again and starts the wait for an answer; with
    ``#escalate`` in it, it also calls for more attention. Raises ``RuleViolation`` on a closed ticket, and
    for a status that cannot follow the present one.
    """
    ticket = lock(ticket)
    if ticket.is_closed:
        raise RuleViolation(
            "ticket_closed", "This ticket is closed. Please open a new one that refers to it."
        )
    before = ticket.status
    by_agent = actor.can(Capability.WORK_QUEUE) and ticket.requester_id != actor.user_id
    comment = _write(actor, ticket, body, files, is_internal=False)
    if by_agent:
        _answered(ticket, status or before, comment)
    else:
        _asked(ticket, comment)
    changed = ticket.status != before
    record(
        ticket,
        ActivityKind.COMMENTED,
        events.TICKET_COMMENTED,
        actor=actor,
        comment=comment,
        before={"status": before} if changed else {},
        after={"status": ticket.status} if changed else {},
    )
    if not actor.can(Capability.WORK_QUEUE) and asks_to_escalate(body):
        escalate(actor=actor, ticket=ticket, text=body)
    return comment


@transaction.atomic
def add_internal_note(
    *, actor: Actor, ticket: Ticket, body: str, files: Sequence[Attachment] = ()
) -> Comment:
    """Add a note that only staff see. Nothing that a customer can see changes, not even a time.

    Colleagues who are named in it with ``@`` hear of it.
    """
    require_agent(actor)
    ticket = lock(ticket)
    note = _write(actor, ticket, body, files, is_internal=True)
    handles = _mention(note)
    record(
        ticket,
        ActivityKind.NOTED,
        events.TICKET_NOTED,
        actor=actor,
        comment=note,
        after={"mentions": handles} if handles else {},
        is_internal=True,
    )
    return note


def _mention(note: Comment) -> list[str]:
    """Note down the colleagues whom a note names; their handles. Others than agents cannot be named."""
    handles = handles_in(note.body)
    called = list(User.objects.called(handles)) if handles else []
    Mention.objects.bulk_create([Mention(comment=note, user=user) for user in called], ignore_conflicts=True)
    return sorted({handle_of(user.email) for user in called})


def _write(
    actor: Actor, ticket: Ticket, body: str, files: Sequence[Attachment], *, is_internal: bool
) -> Comment:
    comment = Comment.objects.create(
        ticket=ticket, author=actor.person, body=body, is_internal=is_internal, source=actor.source
    )
    attach(comment, files)
    return comment


def _answered(ticket: Ticket, status: str, comment: Comment) -> None:
    """Support wrote: whatever was owed is met."""
    if status == Status.NEW:
        status = Status.OPEN
    if status != ticket.status and not can_change(ticket.status, status):
        raise RuleViolation("status_not_possible", f"This ticket cannot become “{Status(status).label}” now.")
    ticket.status = status
    ticket.solved_at = (ticket.solved_at or comment.created_at) if status == Status.SOLVED else None
    clocks = clocks_of(ticket)
    clocks.answered(comment.created_at, comment.author, status)
    keep(clocks)
    if status == Status.SOLVED:
        end_with(ticket)
    _touch(ticket, comment)


def _asked(ticket: Ticket, comment: Comment) -> None:
    """The customer wrote: an answer is owed, from the first comment that waits for one."""
    wake(ticket)
    ticket.status = after_customer_comment(ticket.status)
    ticket.solved_at = None
    clocks = clocks_of(ticket)
    clocks.asked(comment.created_at)
    keep(clocks)
    _touch(ticket, comment)


def _touch(ticket: Ticket, comment: Comment) -> None:
    ticket.updated_at = timezone.now()
    ticket.last_reply_by, ticket.last_reply_at = comment.author, comment.created_at
    changed = ["status", "solved_at", "first_responded_at", "updated_at", "last_reply_by", "last_reply_at"]
    ticket.save(update_fields=[*changed, *CLOCK_FIELDS])
