"""The SLA clocks of a ticket: what starts, pauses, meets and ends them, and when they are due.

Pure: it works on values and rows in memory with explicit instants; ``tickets.actions.clocks`` loads and saves
them. The rules are in docs/decisions/0013-response-clock.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.entitlements import Entitlement, Target
from orgs.models import User
from tickets.models.clock import RESPONSES, ClockKind, SlaClock
from tickets.models.ticket import Ticket
from tickets.states import ANSWER_OWED, Severity, Status

# The share of the time after which the assignee and the duty leads are warned.
WARN_AFTER = 0.75
# The summary of the clocks on the ticket, so that lists need no other table.
CLOCK_FIELDS = ["response_due_at", "response_warn_at", "due_kind", "is_best_effort"]

# What makes a promise: a clock that takes it over from another has all of these from that one.
INHERITED = [
    "tier",
    "severity",
    "promise",
    "promised_by_id",
    "is_best_effort",
    "started_at",
    "pauses",
    "due_at",
    "due_from_start_at",
    "allowed",
    "warn_at",
    "warned_at",
    "notified_at",
    "breached_at",
]


@dataclass(frozen=True)
class Pause:
    """A span in which the clock didn't run; without an end it still lasts. ``reason`` is the status."""

    began: datetime
    ended: datetime | None
    reason: str

    @classmethod
    def read(cls, stored: Sequence[str | None]) -> "Pause":
        began, ended, reason = stored
        return cls(
            datetime.fromisoformat(began or ""),
            datetime.fromisoformat(ended) if ended else None,
            reason or "",
        )


def pauses_of(clock: SlaClock) -> list[Pause]:
    """Return every pause of a clock, in order."""
    return [Pause.read(each) for each in clock.pauses]


def due_at_of(
    target: Target, started_at: datetime, pauses: Sequence[Pause], *, allowed: timedelta | None = None
) -> datetime | None:
    """Return when the allowed support time has run, pauses excluded; None while a pause prevents it.

    By default it is the target's time. A best-effort target has no running time: it is the end of a business
    day, counted again after a pause.
    """
    if target.minutes is None:
        lasts = bool(pauses) and pauses[-1].ended is None
        return None if lasts else target.due_at(pauses[-1].ended or started_at if pauses else started_at)
    left = timedelta(minutes=target.minutes) if allowed is None else allowed
    begins = started_at
    for pause in pauses:
        passed = target.support.elapsed(begins, pause.began)
        if left <= passed:
            return target.support.add(begins, left)
        left -= passed
        if pause.ended is None:
            return None
        begins = pause.ended
    return target.support.add(begins, left)


def run_until(target: Target, started_at: datetime, pauses: Sequence[Pause], until: datetime) -> timedelta:
    """Return the support time that a clock has run by an instant, pauses excluded."""
    total = target.support.elapsed(started_at, until)
    for pause in pauses:
        total -= target.support.elapsed(pause.began, min(pause.ended or until, until))
    return total


def _is_stricter(one: SlaClock, other: SlaClock) -> bool:
    """Return whether a clock must be met before another. Best effort comes last: it isn't a promise."""
    if one.due_at is None or other.due_at is None:
        return one.due_at is not None
    return (one.is_best_effort, one.due_at) < (other.is_best_effort, other.due_at)


class Clocks:
    """The open clocks of one ticket. Methods change rows in memory and the summary on the ticket."""

    def __init__(self, ticket: Ticket, rows: Iterable[SlaClock], entitled: Callable[[], Entitlement]) -> None:
        self.ticket = ticket
        self.rows = list(rows)
        self._entitled = entitled
        self._entitlement: Entitlement | None = None

    @property
    def entitlement(self) -> Entitlement:
        """What the organization is entitled to now, looked up when first needed."""
        if self._entitlement is None:
            self._entitlement = self._entitled()
        return self._entitlement

    def open_one(self, *kinds: str) -> SlaClock | None:
        return next((each for each in self.rows if each.is_open and each.kind in kinds), None)

    def status_changed(self, status: str, at: datetime) -> None:
        """Follow the ticket's status: while an answer is owed clocks run, otherwise they pause or end.

        If no answer was owed yet, the clock of the first or the next response starts. A solved ticket keeps
        only the clock of a first response that was never given: paused, in case the ticket is reopened.
        """
        if status in ANSWER_OWED:
            for clock in self.rows:
                self._resume(clock, at)
            if not self.open_one(*RESPONSES):
                answered = self.ticket.first_responded_at is not None
                self._start(ClockKind.NEXT_RESPONSE if answered else ClockKind.FIRST_RESPONSE, at)
        else:
            for clock in self.rows:
                is_kept = status != Status.SOLVED or clock.kind == ClockKind.FIRST_RESPONSE
                if status != Status.CLOSED and is_kept:
                    self._pause(clock, at, status)
                else:
                    self._end(clock, at)
        self._update_summary()

    def agent_replied(self, at: datetime, by: User | None, status: str) -> None:
        """Meet everything that was owed, in time or late. ``status`` is the ticket's status from now on.

        If the tier promises updates, the next one is owed from here on.
        """
        for clock in self.rows:
            if clock.is_open:
                self._note_breach(clock, at)
                clock.met_at = clock.ended_at = at
                clock.met_by = by
                self._end_pause(clock, at)
        self.ticket.first_responded_at = self.ticket.first_responded_at or at
        if status in {Status.OPEN, Status.ON_HOLD}:
            self._start(ClockKind.NEXT_UPDATE, at)
        if status in ANSWER_OWED:
            self._update_summary()
        else:
            self.status_changed(status, at)

    def update_promised(self, due_at: datetime, at: datetime, by: User) -> None:
        """Start the clock of an update that an agent promised; it runs whatever the status is."""
        if present := self.open_one(ClockKind.NEXT_UPDATE):
            self._end(present, at)
        self.rows.append(
            SlaClock(
                ticket=self.ticket,
                kind=ClockKind.NEXT_UPDATE,
                tier=self.entitlement.tier_code,
                severity=self.ticket.severity,
                promised_by=by,
                started_at=at,
                due_at=due_at,
                warn_at=at + (due_at - at) * WARN_AFTER,
            )
        )
        self._update_summary()

    def recalculate(self, at: datetime) -> None:
        """Apply the present severity, tier and calendar to each open clock."""
        for clock in self.rows:
            if clock.is_open and not clock.promised_by_id and self._set_target(clock, at):
                is_overdue = clock.is_overdue(at)
                clock.breached_at = clock.due_at if is_overdue else None
                clock.notified_at = clock.notified_at if is_overdue else None
                if clock.warn_at is None or clock.warn_at > at:
                    clock.warned_at = None
        self._update_summary()

    def inherit(self, other: SlaClock) -> None:
        """Take over another ticket's clock in place of the one here, if it is due earlier.

        A response is owed only where the tier has a target for it.
        """
        is_response = other.kind in RESPONSES
        clock = self.open_one(*RESPONSES) if is_response else self.open_one(other.kind)
        if clock is None and not is_response:
            clock = SlaClock(ticket=self.ticket, kind=other.kind)
            self.rows.append(clock)
        if clock and _is_stricter(other, clock):
            for name in INHERITED:
                setattr(clock, name, getattr(other, name))
            self._update_summary()

    def _start(self, kind: str, at: datetime) -> None:
        clock = SlaClock(ticket=self.ticket, kind=kind, started_at=at)
        if self._set_target(clock, at):
            self.rows.append(clock)

    def _set_target(self, clock: SlaClock, at: datetime) -> bool:
        """Set a clock's due time by the present target; end it and return False if there is none anymore."""
        severity = Severity(self.ticket.severity)
        target = self.entitlement.target(clock.kind, severity)
        if target is None:
            clock.ended_at = at
            self._end_pause(clock, at)
            return False
        words = target.label.removesuffix(" (best effort)")
        promise = f"{words} ({severity.label} severity, {self.entitlement.tier_name} tier)"
        if clock.promise != promise:
            clock.allowed = self._allowed(clock, target, at)
        clock.tier, clock.severity, clock.promise = self.entitlement.tier_code, severity, promise
        clock.is_best_effort = target.is_best_effort
        self._set_due(clock, target)
        return True

    def _allowed(self, clock: SlaClock, target: Target, at: datetime) -> timedelta | None:
        """Return the support time from the clock's start on in which a changed target must be met.

        It counts from the change, as a raise would otherwise miss it at once. But it is due no later than the
        previous target was, and no earlier than if it had applied from the start.
        """
        if target.minutes is None:
            return None
        own = timedelta(minutes=target.minutes)
        if not clock.promise:
            return own
        pauses = pauses_of(clock)
        allowed = own + run_until(target, clock.started_at, pauses, at)
        if clock.due_at and not clock.is_best_effort:
            ended = [each for each in pauses if each.ended]
            allowed = min(allowed, run_until(target, clock.started_at, ended, clock.due_at))
        elif clock.allowed and clock.tier == self.entitlement.tier_code:
            # While a clock is paused, its due time is unknown, but not how long it may still run.
            allowed = min(allowed, clock.allowed)
        return max(allowed, own)

    @staticmethod
    def _set_due(clock: SlaClock, target: Target) -> None:
        pauses = pauses_of(clock)
        clock.due_at = due_at_of(target, clock.started_at, pauses, allowed=clock.allowed)
        clock.due_from_start_at = clock.warn_at = None
        if target.minutes is None:
            clock.breached_at = None
            return
        own = timedelta(minutes=target.minutes)
        allowed = own if clock.allowed is None else clock.allowed
        if allowed != own:
            clock.due_from_start_at = due_at_of(target, clock.started_at, pauses)
        warned = allowed - own * (1 - WARN_AFTER)
        clock.warn_at = due_at_of(target, clock.started_at, pauses, allowed=warned)

    def _pause(self, clock: SlaClock, at: datetime, reason: str) -> None:
        if not clock.is_open or clock.promised_by_id:
            return
        if clock.paused_at:
            if clock.last_pause()[2] == reason:
                return
            self._end_pause(clock, at)
        self._note_breach(clock, at)
        clock.paused_at = at
        clock.pauses.append([at.isoformat(), None, reason])
        self._set_target(clock, at)

    def _resume(self, clock: SlaClock, at: datetime) -> None:
        if clock.is_open and clock.paused_at:
            self._end_pause(clock, at)
            self._set_target(clock, at)

    def _end_pause(self, clock: SlaClock, at: datetime) -> None:
        if clock.paused_at:
            clock.last_pause()[1] = at.isoformat()
            clock.paused_at = None

    def _end(self, clock: SlaClock, at: datetime) -> None:
        """End a clock without meeting it."""
        if clock.is_open:
            self._note_breach(clock, at)
            clock.ended_at = at
            self._end_pause(clock, at)

    @staticmethod
    def _note_breach(clock: SlaClock, at: datetime) -> None:
        if clock.due_at and clock.due_at < at and not clock.is_best_effort:
            clock.breached_at = clock.breached_at or clock.due_at

    def _update_summary(self) -> None:
        """Copy what is due next to the ticket, so that lists need no other table."""
        running = [each for each in self.rows if each.is_running and each.due_at]
        due = min(running, key=lambda each: (each.due_at, each.kind), default=None)
        ticket = self.ticket
        ticket.response_due_at = due.due_at if due else None
        ticket.response_warn_at = due.warn_at if due else None
        ticket.due_kind = due.kind if due else ""
        ticket.is_best_effort = bool(due and due.is_best_effort)
