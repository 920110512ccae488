"""The response clock: when what support owes is due, and what starts, pauses, meets and ends it.

Pure: it works on values and on rows in memory with explicit instants; ``actions.clocks`` loads and keeps
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

# The share of the time after which assignee and leads are warned.
WARN_AFTER = 0.75
# What of a ticket says how its clocks stand, so that lists need no other table.
CLOCK_FIELDS = ["response_due_at", "response_warn_at", "due_kind", "is_best_effort"]


@dataclass(frozen=True)
class Pause:
    """A stretch in which nothing was owed; without an end it still lasts. ``reason`` is the status."""

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
    """Every pause of a clock, in order."""
    return [Pause.read(each) for each in clock.pauses]


def runs_out_at(
    target: Target, started_at: datetime, pauses: Sequence[Pause], *, share: float = 1
) -> datetime | None:
    """When a share of the promised time has run, pauses left out; None while a pause keeps it from it.

    A best-effort target has no time that runs: it is the end of a business day, counted anew after a pause.
    """
    if target.minutes is None:
        lasts = bool(pauses) and pauses[-1].ended is None
        return None if lasts else target.due_at(pauses[-1].ended or started_at if pauses else started_at)
    left = timedelta(minutes=target.minutes) * share
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


class Clocks:
    """The open clocks of one ticket. Methods change rows in memory, and the ticket's summary of them."""

    def __init__(self, ticket: Ticket, rows: Iterable[SlaClock], entitled: Callable[[], Entitlement]) -> None:
        self.ticket = ticket
        self.rows = list(rows)
        self._entitled = entitled
        self._entitlement: Entitlement | None = None

    @property
    def entitlement(self) -> Entitlement:
        """What the organization is entitled to now; looked up when first needed."""
        if self._entitlement is None:
            self._entitlement = self._entitled()
        return self._entitlement

    def open_one(self, *kinds: str) -> SlaClock | None:
        return next((each for each in self.rows if each.is_open and each.kind in kinds), None)

    def asked(self, at: datetime) -> None:
        """The customer wrote, or an answer is owed for another reason: paused clocks run on.

        Where no answer was owed yet, the clock of the next one starts, or of the first.
        """
        for clock in self.rows:
            self._resume(clock, at)
        if not self.open_one(*RESPONSES):
            answered = self.ticket.first_responded_at is not None
            self._start(ClockKind.NEXT_RESPONSE if answered else ClockKind.FIRST_RESPONSE, at)
        self._sum_up()

    def answered(self, at: datetime, by: User | None, status: str) -> None:
        """Support wrote: what was owed is met, in time or late. ``status`` is what the ticket has now.

        Where the tier promises updates, the next one is owed from here on.
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
        self.rested(status, at)

    def rested(self, status: str, at: datetime) -> None:
        """The status says that nothing is owed for now: clocks pause, and end with the ticket.

        A solved ticket keeps only the clock of a first response that was never given: paused, for the case
        that it is reopened.
        """
        if status not in ANSWER_OWED:
            for clock in self.rows:
                over = status == Status.CLOSED or (
                    status == Status.SOLVED and clock.kind != ClockKind.FIRST_RESPONSE
                )
                if over:
                    self._end(clock, at)
                else:
                    self._pause(clock, at, status)
        self._sum_up()

    def promised(self, due_at: datetime, at: datetime, by: User) -> None:
        """An agent promised the next update: that instant counts, whatever the status says."""
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
        self._sum_up()

    def reckon_anew(self, at: datetime) -> None:
        """By the present severity, tier and calendar, from the start of each open clock."""
        for clock in self.rows:
            if clock.is_open and not clock.promised_by_id and self._aim(clock, at):
                ran_out = clock.due_at is not None and clock.due_at <= at and not clock.is_best_effort
                clock.breached_at = clock.due_at if ran_out else None
                clock.told_at = clock.told_at if ran_out else None
                if clock.warn_at is None or clock.warn_at > at:
                    clock.warned_at = None
        self._sum_up()

    def owe_like(self, other: SlaClock, at: datetime) -> None:
        """Count what is owed from the earlier start of another ticket's clock, less its pauses."""
        clock = self.open_one(*RESPONSES)
        if clock and other.started_at < clock.started_at:
            clock.started_at, clock.pauses = other.started_at, other.pauses
            self.reckon_anew(at)

    def _start(self, kind: str, at: datetime) -> None:
        clock = SlaClock(ticket=self.ticket, kind=kind, started_at=at)
        if self._aim(clock, at):
            self.rows.append(clock)

    def _aim(self, clock: SlaClock, at: datetime) -> bool:
        """Set a clock to what is promised now; what the tier promises no more ends, and that is False."""
        severity = Severity(self.ticket.severity)
        target = self.entitlement.target(clock.kind, severity)
        if target is None:
            clock.ended_at = at
            self._end_pause(clock, at)
            return False
        clock.tier, clock.severity = self.entitlement.tier_code, severity
        words = target.label.removesuffix(" (best effort)")
        clock.promise = f"{words} ({severity.label} severity, {self.entitlement.tier_name} tier)"
        clock.is_best_effort = target.is_best_effort
        pauses = pauses_of(clock)
        clock.due_at = runs_out_at(target, clock.started_at, pauses)
        clock.warn_at = None
        if target.is_best_effort:
            clock.breached_at = None
        else:
            clock.warn_at = runs_out_at(target, clock.started_at, pauses, share=WARN_AFTER)
        return True

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
        self._aim(clock, at)

    def _resume(self, clock: SlaClock, at: datetime) -> None:
        if clock.is_open and clock.paused_at:
            self._end_pause(clock, at)
            self._aim(clock, at)

    def _end_pause(self, clock: SlaClock, at: datetime) -> None:
        if clock.paused_at:
            clock.last_pause()[1] = at.isoformat()
            clock.paused_at = None

    def _end(self, clock: SlaClock, at: datetime) -> None:
        """Nothing is owed any more, without having been met."""
        if clock.is_open:
            self._note_breach(clock, at)
            clock.ended_at = at
            self._end_pause(clock, at)

    @staticmethod
    def _note_breach(clock: SlaClock, at: datetime) -> None:
        if clock.due_at and clock.due_at < at and not clock.is_best_effort:
            clock.breached_at = clock.breached_at or clock.due_at

    def _sum_up(self) -> None:
        """Say on the ticket what is due next."""
        running = [each for each in self.rows if each.is_running and each.due_at]
        due = min(running, key=lambda each: (each.due_at, each.kind), default=None)
        ticket = self.ticket
        ticket.response_due_at = due.due_at if due else None
        ticket.response_warn_at = due.warn_at if due else None
        ticket.due_kind = due.kind if due else ""
        ticket.is_best_effort = bool(due and due.is_best_effort)
