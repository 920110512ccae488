"""Comments of customers and agents, and internal notes."""

from collections.abc import Sequence

from django.db import transaction

from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets.actions.escalation import escalate
from tickets.actions.files import attach
from tickets.actions.record import lock, record, require_agent
from tickets.actions.snoozing import unsnooze
from tickets.actions.status import move_status, require_open, require_transition
from tickets.mentions import asks_to_escalate, handle_of, handles_in
from tickets.models.conversation import ActivityKind, Attachment, Comment
from tickets.models.mentions import Mention
from tickets.models.ticket import Ticket
from tickets.states import after_agent_comment, after_customer_comment


@transaction.atomic
def add_comment(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    files: Sequence[Attachment] = (),
    status: str | None = None,
) -> Comment:
    """Add a public comment; an agent may set the status in the same step.

    A customer's comment reopens a paused or solved ticket and starts the wait for an answer; with
    ``#escalate`` in it, it also escalates the ticket. Raises ``RuleViolation`` on a closed ticket, and for a
    status that can't follow the present one.
    """
    ticket = lock(ticket)
    require_open(ticket)
    before = ticket.status
    by_agent = actor.can(Capability.WORK_QUEUE) and ticket.requester_id != actor.user_id
    comment = _write(actor, ticket, body, files, is_internal=False)
    if by_agent:
        after = after_agent_comment(status or before)
        if after != before:
            require_transition(before, after)
    else:
        unsnooze(ticket)
        after = after_customer_comment(before)
    move_status(ticket, after, at=comment.created_at, comment=comment, by_agent=by_agent)
    change = {"before": {"status": before}, "after": {"status": after}} if after != before else {}
    record(ticket, ActivityKind.COMMENTED, actor=actor, comment=comment, **change)
    if not actor.can(Capability.WORK_QUEUE) and asks_to_escalate(body):
        escalate(actor=actor, ticket=ticket, text=body)
    return comment


@transaction.atomic
def add_internal_note(
    *, actor: Actor, ticket: Ticket, body: str, files: Sequence[Attachment] = ()
) -> Comment:
    """Add a note that only staff can see. Nothing that a customer can see changes, not even a time.

    Agents mentioned in it with ``@`` are notified.
    """
    require_agent(actor)
    ticket = lock(ticket)
    note = _write(actor, ticket, body, files, is_internal=True)
    handles = _save_mentions(note)
    after = {"mentions": handles} if handles else {}
    record(ticket, ActivityKind.NOTED, actor=actor, comment=note, after=after)
    return note


def _save_mentions(note: Comment) -> list[str]:
    """Save which agents a note mentions and return the handles. Only agents can be mentioned.

    Raises ``RuleViolation`` for a handle that two agents have, as only one can be meant.
    """
    handles = handles_in(note.body)
    mentioned = list(User.objects.with_handles(handles)) if handles else []
    for handle in handles:
        _require_one(handle, mentioned)
    Mention.objects.bulk_create(
        [Mention(comment=note, user=user) for user in mentioned], ignore_conflicts=True
    )
    known = {handle for user in mentioned for handle in (user.email, handle_of(user.email))}
    return sorted(known.intersection(handles))


def _require_one(handle: str, mentioned: Sequence[User]) -> None:
    addresses = [f"@{user.email}" for user in mentioned if handle_of(user.email) == handle]
    if len(addresses) > 1:
        raise RuleViolation(
            "ambiguous_mention",
            f"More than one agent is called @{handle}. Write {' or '.join(addresses)}.",
            field="body",
        )


def _write(
    actor: Actor, ticket: Ticket, body: str, files: Sequence[Attachment], *, is_internal: bool
) -> Comment:
    comment = Comment.objects.create(
        ticket=ticket, author=actor.person, body=body, is_internal=is_internal, source=actor.source
    )
    attach(comment, files)
    return comment
