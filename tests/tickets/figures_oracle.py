"""The figures of reports once more: slowly, in Python, from the rows themselves."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from tickets.models import DailyFigures, Escalation, Rating, SlaClock, Ticket
from tickets.reports.durations import BUCKETS, bucket_of

MEASURES = [
    field.name
    for field in DailyFigures._meta.concrete_fields
    if field.name not in {"id", "day", "tier", "severity", "product", "organization", "agent"}
]


def exact() -> dict[tuple, dict[str, Any]]:
    """By day, organization, tier, severity, product and agent: all measures that are not nothing."""
    found: dict[tuple, Counter[str]] = {}
    for key, measure, amount in facts():
        found.setdefault(key, Counter())[measure] += amount
    return {key: {name: value for name, value in each.items() if value} for key, each in found.items()}


def kept() -> dict[tuple, dict[str, Any]]:
    """The same out of the figures that are kept."""
    rows = {}
    for each in DailyFigures.objects.all():
        key = (each.day, each.organization_id, each.tier, each.severity, each.product_id, each.agent_id)
        values: dict[str, int] = {}
        for name in MEASURES:
            value = getattr(each, name)
            if name.endswith("_times"):
                values |= {f"{name}_{at}": (value or [0] * BUCKETS)[at] for at in range(BUCKETS)}
            else:
                values[name] = value
        rows[key] = {name: value for name, value in values.items() if value}
    return rows


def facts() -> Iterator[tuple[tuple, str, int]]:
    """Every fact: when, where and whose; the measure; how much it adds."""
    for ticket in Ticket.objects.all():
        yield _on(ticket, ticket.created_at, ticket.assignee_id), "opened", 1
        if ticket.solved_at:
            key = _on(ticket, ticket.solved_at, ticket.assignee_id)
            yield from _timed(key, "solved", "solve", ticket.solved_at - ticket.created_at)
    for clock in SlaClock.objects.select_related("ticket").exclude(kind="next_update"):
        yield from _of_clock(clock, clock.kind.split("_")[0])
    for rating in Rating.objects.select_related("ticket"):
        yield _on(rating.ticket, rating.rated_at, rating.ticket.assignee_id), f"rated_{rating.score}", 1
    for escalation in Escalation.objects.select_related("ticket"):
        yield from _of_escalation(escalation)


def _of_clock(clock: SlaClock, kind: str) -> Iterator[tuple[tuple, str, int]]:
    promised = {"tier": clock.tier, "severity": clock.severity}
    if clock.met_at:
        key = _on(clock.ticket, clock.met_at, clock.met_by_id, **promised)
        name = "best_effort" if clock.is_best_effort else "given"
        prefix = f"{kind}_best_effort" if clock.is_best_effort else kind
        yield from _timed(key, f"{kind}_{name}", prefix, clock.met_at - clock.started_at)
        if not clock.is_best_effort and not clock.breached_at:
            yield key, f"{kind}_in_time", 1
    if clock.breached_at and not clock.is_best_effort:
        agent = clock.met_by_id or clock.ticket.assignee_id
        yield _on(clock.ticket, clock.breached_at, agent, **promised), f"{kind}_missed", 1


def _of_escalation(escalation: Escalation) -> Iterator[tuple[tuple, str, int]]:
    ticket, taken_at, deadline_at = escalation.ticket, escalation.acknowledged_at, escalation.deadline_at
    agent = escalation.acknowledged_by_id or ticket.assignee_id
    yield _on(ticket, escalation.raised_at, agent), "escalated", 1
    if taken_at:
        key = _on(ticket, taken_at, escalation.acknowledged_by_id)
        yield key, "taken", 1
        yield key, "take_seconds", int((taken_at - escalation.raised_at).total_seconds())
        if taken_at <= deadline_at:
            yield key, "taken_in_time", 1
    over_at = taken_at or escalation.closed_at or datetime.now(UTC)
    if over_at > deadline_at:
        yield _on(ticket, deadline_at, agent), "taken_late", 1


def _timed(key: tuple, count: str, prefix: str, length: Any) -> Iterator[tuple[tuple, str, int]]:
    seconds = int(length.total_seconds())
    yield key, count, 1
    yield key, f"{prefix}_seconds", seconds
    if not prefix.endswith("best_effort"):
        yield key, f"{prefix}_times_{bucket_of(seconds)}", 1


def _on(
    ticket: Ticket, at: datetime, agent: int | None, tier: str = "", severity: str = ""
) -> tuple[date, int, str, str, int, int | None]:
    day = at.astimezone(UTC).date()
    return (
        day,
        ticket.organization_id,
        tier or ticket.tier,
        severity or ticket.severity,
        ticket.product_id,
        agent,
    )
