"""Merging a ticket into another of the same organization, and undoing it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets.actions.clocks import load_clocks, recalculate_clocks, save_clocks
from tickets.actions.record import lock_both, record_reference, require_agent
from tickets.actions.snapshot import matches, restore, snapshot
from tickets.actions.snoozing import unsnooze
from tickets.actions.status import move_status
from tickets.clock.clocks import CLOCK_FIELDS
from tickets.models.clock import RESPONSES, ClockKind, SlaClock
from tickets.models.conversation import Activity, ActivityKind, Comment
from tickets.models.following import Follow, FollowScope
from tickets.models.linking import Merge
from tickets.models.people import Escalation, Participant
from tickets.models.ticket import Ticket
from tickets.states import Status, after_customer_comment


@transaction.atomic
def merge_into(*, actor: Actor, ticket: Ticket, target: Ticket) -> Merge:
    """Move a ticket's conversation, people and open escalation into another ticket, and close it.

    Later updates of it land in the other ticket as well (``tickets.actions.record.lock``). A response owed
    on either is owed there. Raises ``RuleViolation`` for a ticket of another organization, for the same
    ticket, and for merged or closed ones.
    """
    require_agent(actor)
    if ticket.pk == target.pk:
        raise RuleViolation("same_ticket", "A ticket can't be merged into itself.", field="target")
    ticket, target = lock_both(ticket, target)
    _require_mergeable(ticket, target)
    now = timezone.now()
    before, target_before = snapshot(ticket), snapshot(target)
    moved = _move(actor, ticket, target, now)
    _transfer_clocks(ticket, target, now)
    ticket.merged_into = target
    ticket.save(update_fields=["merged_into"])
    _refresh_summary(ticket)
    _refresh_summary(target)
    merge = Merge.objects.create(
        source=ticket,
        target=target,
        merged_by=actor.person,
        merged_at=now,
        moved=moved,
        source_before=before,
        target_before=target_before,
        target_after=snapshot(target),
    )
    record_reference(ticket, ActivityKind.MERGED_AWAY, target, actor=actor)
    record_reference(target, ActivityKind.MERGED, ticket, actor=actor)
    return merge


@transaction.atomic
def undo_merge(*, actor: Actor, merge: Merge) -> Ticket:
    """Undo a merge within 24 hours and return the ticket that had been merged.

    Only what moved goes back: comments added since then stay where people read them. Raises
    ``RuleViolation`` after 24 hours, a second time, and while the other ticket is itself merged.
    """
    require_agent(actor)
    source, target = lock_both(merge.source, merge.target)
    merge = Merge.objects.get(pk=merge.pk)
    if merge.undone_at:
        raise RuleViolation("undone_already", "This merge has already been undone.")
    if not merge.is_undoable:
        raise RuleViolation("too_late", "A merge can be undone only within 24 hours.")
    if target.merged_into_id:
        raise RuleViolation(
            "merged_further", f"{target.reference} was merged into another ticket. Undo that merge first."
        )
    _move_back(merge)
    now = timezone.now()
    source.merged_into = None
    source.save(update_fields=["merged_into"])
    restore(source, merge.source_before)
    recalculate_clocks(source, now)
    if matches(target, merge.target_after):
        restore(target, merge.target_before)
        recalculate_clocks(target, now)
    _refresh_summary(source)
    _refresh_summary(target)
    merge.undone_by, merge.undone_at = actor.person, now
    merge.save(update_fields=["undone_by", "undone_at"])
    record_reference(source, ActivityKind.MERGE_UNDONE, target, actor=actor)
    record_reference(target, ActivityKind.MERGE_SPLIT_OFF, source, actor=actor)
    return source


def _require_mergeable(ticket: Ticket, target: Ticket) -> None:
    if ticket.organization_id != target.organization_id:
        raise RuleViolation(
            "other_organization", "Only tickets of the same organization can be merged.", field="target"
        )
    if ticket.merged_into_id:
        raise RuleViolation("merged_already", f"{ticket.reference} has already been merged.", field="target")
    if target.merged_into_id:
        raise RuleViolation(
            "target_merged",
            f"{target.reference} was merged into another ticket. Choose that ticket instead.",
            field="target",
        )
    for each in (ticket, target):
        if each.is_closed:
            raise RuleViolation(
                "ticket_closed",
                f"{each.reference} is closed. Closed tickets can't be merged.",
                field="target",
            )


def _move(actor: Actor, ticket: Ticket, target: Ticket, now: datetime) -> dict[str, Any]:
    """Move the conversation and return what moved, so that it can be undone."""
    activities = list(ticket.activities.filter(comment__isnull=False).values_list("pk", flat=True))
    comments = list(ticket.comments.values_list("pk", flat=True))
    Activity.objects.filter(pk__in=activities).update(ticket=target)
    Comment.objects.filter(pk__in=comments).update(ticket=target)
    moved = {
        "activities": activities,
        "comments": comments,
        "participants": _add_people(actor, ticket, target),
    }
    return moved | {"follows": _copy_follows(ticket, target)} | _move_escalation(ticket, target, now)


def _add_people(actor: Actor, ticket: Ticket, target: Ticket) -> list[int]:
    there = {target.requester_id, *target.participants.values_list("user_id", flat=True)}
    people = [ticket.requester_id, *ticket.participants.order_by("pk").values_list("user_id", flat=True)]
    made = Participant.objects.bulk_create(
        Participant(ticket=target, user_id=pk, added_by=actor.user)
        for pk in dict.fromkeys(people)
        if pk not in there
    )
    return [each.pk for each in made]


def _copy_follows(ticket: Ticket, target: Ticket) -> list[int]:
    users = ticket.follows.exclude(user__in=target.follows.values("user")).values_list("user_id", flat=True)
    made = Follow.objects.bulk_create(
        Follow(user_id=pk, scope=FollowScope.TICKET, ticket=target) for pk in users
    )
    return [each.pk for each in made]


def _move_escalation(ticket: Ticket, target: Ticket, now: datetime) -> dict[str, int | None]:
    """Move the open escalation, or close it if the target has one."""
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


def _transfer_clocks(source: Ticket, target: Ticket, now: datetime) -> None:
    """Close a ticket that was merged; what is owed on it is owed on the target, since the same time.

    A response that is overdue there too is one missed promise, so it is counted on the target alone. A
    promised update moves unless the target has one.
    """
    clocks = load_clocks(source)
    owed, promise = clocks.open_one(*RESPONSES), clocks.open_one(ClockKind.NEXT_UPDATE)
    is_owed = owed is not None and owed.is_running
    if is_owed:
        unsnooze(target)
        move_status(target, after_customer_comment(target.status), at=now)
    move_status(source, Status.CLOSED, at=now)
    clocks = load_clocks(target)
    if owed and is_owed:
        clocks.inherit_start(owed, now)
        if (carried := clocks.open_one(*RESPONSES)) and carried.is_overdue(now):
            SlaClock.objects.filter(pk=owed.pk).update(breached_at=None)
    if promise and promise.due_at and promise.promised_by and not clocks.open_one(ClockKind.NEXT_UPDATE):
        clocks.update_promised(promise.due_at, now, promise.promised_by)
    save_clocks(clocks)
    target.updated_at = now
    target.save(update_fields=[*CLOCK_FIELDS, "updated_at"])


def _refresh_summary(ticket: Ticket) -> None:
    """Update what lists show of a ticket after its comments or escalation moved."""
    last = ticket.comments.filter(is_internal=False).order_by("-created_at", "-pk").first()
    if last:
        ticket.last_reply_by_id, ticket.last_reply_at = last.author_id, last.created_at
    waiting = ticket.escalations.filter(closed_at=None, acknowledged_at=None)
    ticket.escalation_due_at = waiting.values_list("deadline_at", flat=True).first()
    ticket.save(update_fields=["last_reply_by", "last_reply_at", "escalation_due_at"])
