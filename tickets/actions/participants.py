"""People in the conversation."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import User
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.comments import add_comment
from tickets.actions.record import lock, record
from tickets.models.conversation import ActivityKind
from tickets.models.people import MOST_ADDRESSES, Participant
from tickets.models.ticket import Ticket
from tickets.permissions import may_add_participants, may_join, may_remove_participant


@transaction.atomic
def add_participants(*, actor: Actor, ticket: Ticket, users: Sequence[User], body: str) -> list[User]:
    """Add members to the conversation together with a comment; who was new.

    Raises ``RuleViolation`` for anybody but the requester, admins of the organization, and agents. The
    comment is published after the joining, so that the new participants get it like everybody else.
    """
    if not may_add_participants(actor, ticket):
        raise RuleViolation("not_allowed", "Only the requester and organization admins can add people.")
    ticket = lock(ticket)
    there = set(ticket.participants.values_list("user_id", flat=True)) | {ticket.requester_id}
    joining = [user for user in dict.fromkeys(users) if user.pk not in there]
    if len(there) - 1 + len(joining) > MOST_ADDRESSES:
        raise RuleViolation("too_many", f"At most {MOST_ADDRESSES} people can be in CC.", field="cc")
    Participant.objects.bulk_create(
        [Participant(ticket=ticket, user=user, added_by=actor.user) for user in joining],
        ignore_conflicts=True,
    )
    if joining:
        _recorded(
            actor,
            ticket,
            ActivityKind.PARTICIPANTS_ADDED,
            events.TICKET_PARTICIPANTS_ADDED,
            {"participants": [user.name for user in joining], "ids": [user.pk for user in joining]},
        )
    add_comment(actor=actor, ticket=ticket, body=body)
    return joining


@transaction.atomic
def join(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Put oneself into the conversation of a ticket one sees. Joining twice is joining once."""
    ticket = lock(ticket)
    if not may_join(actor, ticket):
        return ticket
    Participant.objects.create(ticket=ticket, user=actor.person, added_by=actor.user)
    _recorded(actor, ticket, ActivityKind.PARTICIPANT_JOINED, events.TICKET_PARTICIPANT_JOINED)
    return ticket


@transaction.atomic
def remove_participant(*, actor: Actor, ticket: Ticket, user: User) -> Ticket:
    """Take somebody, or oneself, out of the conversation; they lose sight of it unless their role shows it.

    Raises ``RuleViolation`` for others than the requester, admins and agents. Twice is once.
    """
    ticket = lock(ticket)
    if not may_remove_participant(actor, ticket, user.pk):
        raise RuleViolation("not_allowed", "Only the requester and organization admins can remove people.")
    removed, _ = ticket.participants.filter(user=user).delete()
    if not removed:
        return ticket
    if user == actor.user:
        _recorded(actor, ticket, ActivityKind.PARTICIPANT_LEFT, events.TICKET_PARTICIPANT_LEFT)
    else:
        _recorded(
            actor,
            ticket,
            ActivityKind.PARTICIPANT_REMOVED,
            events.TICKET_PARTICIPANT_REMOVED,
            {"participants": [user.name], "ids": [user.pk]},
        )
    return ticket


def _recorded(
    actor: Actor, ticket: Ticket, kind: ActivityKind, event: str, after: dict[str, Any] | None = None
) -> None:
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=["updated_at"])
    record(ticket, kind, event, actor=actor, after=after)
