"""People in the conversation."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import User
from supportcenter.errors import RuleViolation
from tickets.actions.comments import add_comment
from tickets.actions.record import lock, record
from tickets.models.conversation import ActivityKind
from tickets.models.people import MAX_ADDRESSES, Participant
from tickets.models.ticket import Ticket
from tickets.permissions import may_add_participants, may_join, may_remove_participant


@transaction.atomic
def add_participants(*, actor: Actor, ticket: Ticket, users: Sequence[User], body: str) -> list[User]:
    """Add members to the conversation together with a comment; return who is new.

    Raises ``RuleViolation`` unless the actor may add people. The comment is published after they joined, so
    that new participants get it like everyone else.
    """
    if not may_add_participants(actor, ticket):
        raise RuleViolation("not_allowed", "Only the requester and organization admins can add people.")
    ticket = lock(ticket)
    present = set(ticket.participants.values_list("user_id", flat=True)) | {ticket.requester_id}
    joining = [user for user in dict.fromkeys(users) if user.pk not in present]
    if len(present) - 1 + len(joining) > MAX_ADDRESSES:
        raise RuleViolation("too_many", f"You can CC at most {MAX_ADDRESSES} people.", field="cc")
    Participant.objects.bulk_create(
        [Participant(ticket=ticket, user=user, added_by=actor.user) for user in joining],
        ignore_conflicts=True,
    )
    if joining:
        _record(actor, ticket, ActivityKind.PARTICIPANTS_ADDED, joining)
    add_comment(actor=actor, ticket=ticket, body=body)
    return joining


@transaction.atomic
def join(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Join the conversation of a ticket that the actor can see. Does nothing the second time."""
    ticket = lock(ticket)
    if not may_join(actor, ticket):
        return ticket
    Participant.objects.create(ticket=ticket, user=actor.person, added_by=actor.user)
    _record(actor, ticket, ActivityKind.PARTICIPANT_JOINED)
    return ticket


@transaction.atomic
def remove_participant(*, actor: Actor, ticket: Ticket, user: User) -> Ticket:
    """Remove a participant, or oneself; they can't see the ticket anymore unless their role lets them.

    Raises ``RuleViolation`` unless the actor may remove them. Does nothing the second time.
    """
    ticket = lock(ticket)
    if not may_remove_participant(actor, ticket, user.pk):
        raise RuleViolation("not_allowed", "Only the requester and organization admins can remove people.")
    removed, _ = ticket.participants.filter(user=user).delete()
    if removed and user == actor.user:
        _record(actor, ticket, ActivityKind.PARTICIPANT_LEFT)
    elif removed:
        _record(actor, ticket, ActivityKind.PARTICIPANT_REMOVED, [user])
    return ticket


def _record(actor: Actor, ticket: Ticket, kind: ActivityKind, people: Sequence[User] = ()) -> None:
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=["updated_at"])
    after: dict[str, Any] = {}
    if people:
        after = {"participants": [user.name for user in people], "ids": [user.pk for user in people]}
    record(ticket, kind, actor=actor, after=after)
