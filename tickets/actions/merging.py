"""Merging a ticket into another of the same organization, and undoing it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import User
from supportcenter.errors import RuleViolation
from tickets.actions.assignment import return_to_team
from tickets.actions.clocks import load_clocks, recalculate_clocks, save_clocks
from tickets.actions.record import lock_both, record, record_reference, require_agent
from tickets.actions.relations import Joining, carry_all, counts_of, restore_all
from tickets.actions.snapshot import matches, restore, snapshot
from tickets.actions.snoozing import unsnooze
from tickets.actions.status import move_status
from tickets.clock.clocks import CLOCK_FIELDS
from tickets.models.clock import RESPONSES, ClockKind, SlaClock
from tickets.models.conversation import ActivityKind
from tickets.models.linking import Merge
from tickets.models.ticket import Ticket
from tickets.states import ANSWER_OWED, Severity, Status, after_customer_comment


@transaction.atomic
def merge_into(*, actor: Actor, ticket: Ticket, target: Ticket) -> Merge:
    """Move a ticket's conversation and what else hangs on it into another ticket, and close it.

    ``tickets.actions.relations`` says what moves. Later updates of it land in the other ticket as well
    (``tickets.actions.record.lock``). A response owed on either is owed there, by the stricter of the two
    promises, and the other ticket gets the higher of the two severities. Raises ``RuleViolation`` for a
    ticket of another organization, for the same ticket, and for merged or closed ones.
    """
    require_agent(actor)
    if ticket.pk == target.pk:
        raise RuleViolation("same_ticket", "A ticket can't be merged into itself.", field="target")
    ticket, target = lock_both(ticket, target)
    _require_mergeable(ticket, target)
    now = timezone.now()
    before, target_before = snapshot(ticket), snapshot(target)
    moved = carry_all(Joining(actor, ticket, target, now))
    raised = _raise_severity(ticket, target)
    _transfer_clocks(ticket, target, now)
    unsnooze(target, f"{ticket.reference} was merged into it")
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
    after = {"reference": ticket.reference, **raised.get("after", {})}
    record(target, ActivityKind.MERGED, actor=actor, before=raised.get("before"), after=after)
    return merge


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do: what moves, who could read more, and what changes on the target.

    ``added`` would be in the target's conversation, ``readers`` in that already and could read what moves.
    ``before`` and ``after`` are the target as it is and as it would be.
    """

    moves: list[str]
    added: list[User]
    readers: list[User]
    before: Ticket
    after: Ticket


def preview_merge(*, actor: Actor, ticket: Ticket, target: Ticket) -> MergePreview:
    """Return what ``merge_into`` would do, by doing it and rolling it back. Raises what that raises."""
    with transaction.atomic():
        before, people = Ticket.objects.get(pk=target.pk), set(_people_of(ticket))
        present = _people_of(target)
        moved = merge_into(actor=actor, ticket=ticket, target=target).moved
        after = Ticket.objects.get(pk=target.pk)
        preview = MergePreview(
            moves=counts_of(moved),
            added=[each for each in _people_of(after) if each not in present],
            readers=[each for each in present if each not in people],
            before=before,
            after=after,
        )
        transaction.set_rollback(True)
    return preview


def _people_of(ticket: Ticket) -> list[User]:
    """Return the requester and the people in CC."""
    participants = ticket.participants.values("user")
    found = User.objects.filter(Q(pk=ticket.requester_id) | Q(pk__in=participants))
    return list(found.order_by("name", "pk"))


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
    restore_all(source, target, merge.moved)
    now = timezone.now()
    source.merged_into = None
    source.save(update_fields=["merged_into"])
    restore(source, merge.source_before)
    if not source.is_finished:
        return_to_team(source)
    recalculate_clocks(source, now)
    if matches(target, merge.target_after):
        restore(target, merge.target_before)
        recalculate_clocks(target, now)
    else:
        unsnooze(target, f"the merge with {source.reference} was undone")
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


def _raise_severity(ticket: Ticket, target: Ticket) -> dict[str, dict[str, str]]:
    """Give the target the higher of the two severities; return the change, empty if there is none."""
    before, severities = target.severity, list(Severity)
    if severities.index(Severity(ticket.severity)) <= severities.index(Severity(before)):
        return {}
    target.severity = ticket.severity
    target.save(update_fields=["severity"])
    return {"before": {"severity": before}, "after": {"severity": target.severity}}


def _transfer_clocks(source: Ticket, target: Ticket, now: datetime) -> None:
    """Close a ticket that was merged; what is owed on it is owed on the target, by the stricter promise.

    A response that is overdue there too is one missed promise, so it is counted on the target alone. Of two
    promised updates the earlier one stays.
    """
    clocks = load_clocks(source)
    owed, promise = clocks.open_one(*RESPONSES), clocks.open_one(ClockKind.NEXT_UPDATE)
    is_owed = owed is not None and owed.is_running
    if is_owed:
        move_status(target, after_customer_comment(target.status), at=now)
    move_status(source, Status.CLOSED, at=now)
    clocks = load_clocks(target)
    if owed and is_owed:
        clocks.inherit(owed)
        if (carried := clocks.open_one(*RESPONSES)) and carried.is_overdue(now):
            SlaClock.objects.filter(pk=owed.pk).update(breached_at=None)
    if promise and (promise.promised_by_id or (promise.is_running and target.status in ANSWER_OWED)):
        clocks.inherit(promise)
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
