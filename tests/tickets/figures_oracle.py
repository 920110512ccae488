"""The figures of reports once more: slowly, in Python, from the rows themselves."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tickets.models.clock import SlaClock
from tickets.models.people import Escalation, Rating
from tickets.models.ticket import Ticket
from tickets.reports.durations import bucket_of
from tickets.reports.models import Figures


def exact() -> dict[tuple, dict[str, int]]:
    """By quarter of an hour, organization, tier, severity, product and agent: all sums but zero."""
    found: dict[tuple, Counter[str]] = {}
    for key, measure, amount in facts():
        found.setdefault(key, Counter())[measure] += amount
    return nonzero(found)


def kept() -> dict[tuple, dict[str, int]]:
    """The same out of the figures that are kept."""
    found: dict[tuple, Counter[str]] = {}
    for each in Figures.objects.all():
        key = (each.at, each.organization_id, each.tier, each.severity, each.product_id, each.agent_id)
        sums = found.setdefault(key, Counter())
        for name in ("count", "in_time", "missed", "seconds"):
            sums[f"{each.kind}_{name}"] += getattr(each, name)
        if each.bucket is not None:
            sums[f"{each.kind}_times_{each.bucket}"] += each.count
    return nonzero(found)


def nonzero(found: dict) -> dict:
    """Leave out sums of zero, and agents without any."""
    kept = {key: {name: value for name, value in sums.items() if value} for key, sums in found.items()}
    return {key: sums for key, sums in kept.items() if sums}


def facts() -> Iterator[tuple[tuple, str, int]]:
    """Every fact: when, where and whose; the sum it goes into; how much it adds."""
    for ticket in Ticket.objects.filter(merged_into=None):
        yield _on(ticket, ticket.created_at, ticket.assignee_id), "opened_count", 1
        if ticket.solved_at:
            key = _on(ticket, ticket.solved_at, ticket.assignee_id)
            yield from _timed(key, "solved", ticket.solved_at - ticket.created_at)
    for clock in SlaClock.objects.select_related("ticket").exclude(kind="next_update"):
        yield from _of_clock(clock, clock.kind.split("_")[0])
    for rating in Rating.objects.select_related("ticket"):
        yield _on(rating.ticket, rating.rated_at, rating.ticket.assignee_id), f"rated_{rating.score}_count", 1
    for escalation in Escalation.objects.select_related("ticket"):
        yield from _of_escalation(escalation)


def _of_clock(clock: SlaClock, kind: str) -> Iterator[tuple[tuple, str, int]]:
    promised = {"tier": clock.tier, "severity": clock.severity}
    if clock.met_at:
        key = _on(clock.ticket, clock.met_at, clock.met_by_id, **promised)
        name = f"{kind}_best_effort" if clock.is_best_effort else kind
        yield from _timed(key, name, clock.met_at - clock.started_at)
        if not clock.is_best_effort and not clock.breached_at:
            yield key, f"{kind}_in_time", 1
    raised_due_at = clock.due_from_start_at
    if raised_due_at and not clock.breached_at and raised_due_at < (clock.ended_at or datetime.now(UTC)):
        agent = clock.met_by_id or clock.ticket.assignee_id
        yield _on(clock.ticket, raised_due_at, agent, **promised), f"{kind}_raised_missed", 1
    if clock.breached_at:
        agent = clock.met_by_id or clock.ticket.assignee_id
        yield _on(clock.ticket, clock.breached_at, agent, **promised), f"{kind}_missed", 1


def _of_escalation(escalation: Escalation) -> Iterator[tuple[tuple, str, int]]:
    ticket, acknowledged_at, deadline_at = (
        escalation.ticket,
        escalation.acknowledged_at,
        escalation.deadline_at,
    )
    agent = escalation.acknowledged_by_id or ticket.assignee_id
    yield _on(ticket, escalation.raised_at, agent), "escalated_count", 1
    if acknowledged_at:
        key = _on(ticket, acknowledged_at, escalation.acknowledged_by_id)
        yield from _timed(key, "acknowledged", acknowledged_at - escalation.raised_at)
        if acknowledged_at <= deadline_at:
            yield key, "acknowledged_in_time", 1
    over_at = acknowledged_at or escalation.closed_at or datetime.now(UTC)
    if over_at > deadline_at:
        yield _on(ticket, deadline_at, agent), "acknowledged_missed", 1


def _timed(key: tuple, kind: str, length: timedelta) -> Iterator[tuple[tuple, str, int]]:
    seconds = int(length.total_seconds())
    yield key, f"{kind}_count", 1
    yield key, f"{kind}_seconds", seconds
    yield key, f"{kind}_times_{bucket_of(seconds)}", 1


def _on(
    ticket: Ticket, at: datetime, agent: int | None, tier: str = "", severity: str = ""
) -> tuple[datetime, int, str, str, int, int | None]:
    quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    return (
        quarter,
        ticket.organization_id,
        tier or ticket.tier,
        severity or ticket.severity,
        ticket.product_id,
        agent,
    )
