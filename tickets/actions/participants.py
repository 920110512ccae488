"""People in the conversation."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import User
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.comments import add_comment
from tickets.actions.record import lock, record
from tickets.models import ActivityKind, Participant, Ticket
from tickets.rules import may_add_participants


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
    Participant.objects.bulk_create(
        [Participant(ticket=ticket, user=user, added_by=actor.user) for user in joining],
        ignore_conflicts=True,
    )
    if joining:
        ticket.updated_at = timezone.now()
        ticket.save(update_fields=["updated_at"])
        record(
            ticket,
            ActivityKind.PARTICIPANTS_ADDED,
            events.TICKET_PARTICIPANTS_ADDED,
            actor=actor,
            after={"participants": [user.name for user in joining], "ids": [user.pk for user in joining]},
        )
    add_comment(actor=actor, ticket=ticket, body=body)
    return joining
