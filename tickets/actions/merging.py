"""Merging a ticket into another of the same organization, and undoing it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.clocks import adopt, reckon
from tickets.actions.queue_marks import refresh_marks
from tickets.actions.record import lock_both, record, require_agent
from tickets.actions.standing import put_back, standing_of, stands_as
from tickets.models.conversation import Activity, ActivityKind, Comment
from tickets.models.following import Follow, FollowScope
from tickets.models.linking import Merge
from tickets.models.people import Escalation, Participant
from tickets.models.ticket import Ticket


@transaction.atomic
def merge_into(*, actor: Actor, ticket: Ticket, target: Ticket) -> Merge:
    """Move a ticket's conversation, people and open escalation into another one, and close it.

    What comes in for it later lands in the other ticket as well (``tickets.actions.record.lock``). An answer
    that was owed on either is owed there. Raises ``RuleViolation`` for a ticket of another organization, the
    same ticket, one that is merged already, and closed ones.
    """
    require_agent(actor)
    if ticket.pk == target.pk:
        raise RuleViolation("same_ticket", "A ticket cannot be merged into itself.", field="target")
    ticket, target = lock_both(ticket, target)
    _check(ticket, target)
    now = timezone.now()
    before, target_before = standing_of(ticket), standing_of(target)
    moved = _move(actor, ticket, target, now)
    adopt(target=target, source=ticket, now=now)
    ticket.merged_into = target
    ticket.save(update_fields=["merged_into"])
    refresh_marks(ticket)
    refresh_marks(target)
    merge = Merge.objects.create(
        source=ticket,
        target=target,
        merged_by=actor.person,
        merged_at=now,
        moved=moved,
        source_before=before,
        target_before=target_before,
        target_after=standing_of(target),
    )
    _tell(actor, ticket, ActivityKind.MERGED_AWAY, events.TICKET_MERGED_AWAY, target)
    _tell(actor, target, ActivityKind.MERGED, events.TICKET_MERGED, ticket)
    return merge


@transaction.atomic
def undo_merge(*, actor: Actor, merge: Merge) -> Ticket:
    """Take two tickets apart again, within 24 hours; the one that had been merged.

    What moved goes back, and nothing else: comments that came in since then stay where people read them.
    Raises ``RuleViolation`` later, a second time, and while the other ticket is itself merged.
    """
    require_agent(actor)
    source, target = lock_both(merge.source, merge.target)
    merge = Merge.objects.get(pk=merge.pk)
    if merge.undone_at:
        raise RuleViolation("undone_already", "This merge is undone already.")
    if not merge.is_undoable:
        raise RuleViolation("too_late", "A merge can be undone for 24 hours. These are over.")
    if target.merged_into_id:
        raise RuleViolation("merged_further", f"{target.reference} was merged itself. Undo that first.")
    _move_back(merge)
    now = timezone.now()
    source.merged_into = None
    source.save(update_fields=["merged_into"])
    put_back(source, merge.source_before)
    reckon(source, now)
    if stands_as(target, merge.target_after):
        put_back(target, merge.target_before)
        reckon(target, now)
    refresh_marks(source)
    refresh_marks(target)
    merge.undone_by, merge.undone_at = actor.person, now
    merge.save(update_fields=["undone_by", "undone_at"])
    _tell(actor, source, ActivityKind.MERGE_UNDONE, events.TICKET_MERGE_UNDONE, target)
    _tell(actor, target, ActivityKind.MERGE_UNDONE, events.TICKET_SPLIT_OFF, source)
    return source


def _check(ticket: Ticket, target: Ticket) -> None:
    if ticket.organization_id != target.organization_id:
        raise RuleViolation(
            "other_organization", "Only tickets of the same organization can be merged.", field="target"
        )
    if ticket.merged_into_id:
        raise RuleViolation("merged_already", f"{ticket.reference} is merged already.", field="target")
    if target.merged_into_id:
        raise RuleViolation(
            "target_merged",
            f"{target.reference} is merged itself. Choose the ticket it went into.",
            field="target",
        )
    for each in (ticket, target):
        if each.is_closed:
            raise RuleViolation(
                "ticket_closed", f"{each.reference} is closed, and stays as it is.", field="target"
            )


def _move(actor: Actor, ticket: Ticket, target: Ticket, now: datetime) -> dict[str, Any]:
    """Move what moves, and say what that was."""
    activities = list(ticket.activities.filter(comment__isnull=False).values_list("pk", flat=True))
    comments = list(ticket.comments.values_list("pk", flat=True))
    Activity.objects.filter(pk__in=activities).update(ticket=target)
    Comment.objects.filter(pk__in=comments).update(ticket=target)
    moved = {"activities": activities, "comments": comments, "participants": _join(actor, ticket, target)}
    return moved | {"follows": _follow_on(ticket, target)} | _escalation_of(ticket, target, now)


def _join(actor: Actor, ticket: Ticket, target: Ticket) -> list[int]:
    there = {target.requester_id, *target.participants.values_list("user_id", flat=True)}
    people = [ticket.requester_id, *ticket.participants.order_by("pk").values_list("user_id", flat=True)]
    made = Participant.objects.bulk_create(
        Participant(ticket=target, user_id=pk, added_by=actor.user)
        for pk in dict.fromkeys(people)
        if pk not in there
    )
    return [each.pk for each in made]


def _follow_on(ticket: Ticket, target: Ticket) -> list[int]:
    users = ticket.follows.exclude(user__in=target.follows.values("user")).values_list("user_id", flat=True)
    made = Follow.objects.bulk_create(
        Follow(user_id=pk, scope=FollowScope.TICKET, ticket=target) for pk in users
    )
    return [each.pk for each in made]


def _escalation_of(ticket: Ticket, target: Ticket, now: datetime) -> dict[str, int | None]:
    """The open call goes over; where there is one already, it ends with the ticket."""
    present = ticket.escalations.filter(closed_at=None).first()
    if present is None:
        return {"escalation": None, "ended": None}
    if target.escalations.filter(closed_at=None).exists():
        outcome = f"The ticket was merged into {target.reference}."
        Escalation.objects.filter(pk=present.pk).update(closed_at=now, outcome=outcome)
        return {"escalation": None, "ended": present.pk}
    Escalation.objects.filter(pk=present.pk).update(ticket=target)
    return {"escalation": present.pk, "ended": None}


def _move_back(merge: Merge) -> None:
    moved, source = merge.moved, merge.source_id
    Activity.objects.filter(pk__in=moved["activities"]).update(ticket=source)
    Comment.objects.filter(pk__in=moved["comments"]).update(ticket=source)
    Escalation.objects.filter(pk=moved["escalation"]).update(ticket=source)
    Escalation.objects.filter(pk=moved["ended"]).update(closed_at=None, outcome="")
    Participant.objects.filter(pk__in=moved["participants"]).delete()
    Follow.objects.filter(pk__in=moved["follows"]).delete()


def _tell(actor: Actor, ticket: Ticket, kind: ActivityKind, event: str, other: Ticket) -> None:
    record(ticket, kind, event, actor=actor, after={"reference": other.reference})
