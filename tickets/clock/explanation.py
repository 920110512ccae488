"""The SLA clocks of a ticket in sentences, for customers and agents. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from supportcenter.wording import format_list
from tickets.clock.clocks import Pause, pauses_of
from tickets.models.clock import ClockKind, SlaClock
from tickets.states import Status

FormatInstant = Callable[[datetime], str]

STOPPED = {
    Status.WAITING: "The clock is paused: support is waiting for the customer. A comment resumes it.",
    Status.ON_HOLD: "The clock is paused: support is waiting for a third party. A comment resumes it.",
    Status.SOLVED: "The clock has stopped: the ticket is solved. A comment restarts it.",
    Status.CLOSED: "The clock has stopped: the ticket is closed.",
}
PAUSED_FOR = {
    Status.WAITING: "waiting for the customer",
    Status.ON_HOLD: "waiting for a third party",
    Status.SOLVED: "solved",
}


def explain(status: str, clocks: Sequence[SlaClock], when: FormatInstant) -> list[str]:
    """Return what was promised, what was met, what is due now, why the clock is stopped, and all pauses.

    ``when`` formats an instant for the reader.
    """
    sentences = [sentence for clock in clocks for sentence in _of(clock, when)]
    if status in STOPPED and not any(each.is_running for each in clocks):
        sentences.append(STOPPED[Status(status)])
    if pauses := sorted(
        {pause for clock in clocks for pause in pauses_of(clock)}, key=lambda each: each.began
    ):
        sentences.append(_history(pauses, when))
    return sentences


def _of(clock: SlaClock, when: FormatInstant) -> list[str]:
    """Describe the first response whatever its outcome, and other clocks only while something is owed."""
    if clock.kind == ClockKind.FIRST_RESPONSE:
        return [_promise(clock), *_first_response(clock, when), *_raised(clock, when)]
    if not clock.is_running or clock.due_at is None:
        return []
    late = " It is overdue." if clock.is_missed else ""
    if clock.promised_by_id:
        return [f"{clock.promised_by} promised the next update by {when(clock.due_at)}.{late}"]
    what = "response" if clock.kind == ClockKind.NEXT_RESPONSE else "update"
    due = f"The next {what} is {'expected' if clock.is_best_effort else 'due'} by {when(clock.due_at)}.{late}"
    return [due, *_raised(clock, when)]


def _promise(clock: SlaClock) -> str:
    if clock.is_best_effort:
        return f"Best effort: first response by the {clock.promise}."
    return f"Target: first response within {clock.promise}."


def _raised(clock: SlaClock, when: FormatInstant) -> list[str]:
    """Say that a target counts from when it was raised, and what it would have been from the start."""
    if clock.due_from_start_at is None:
        return []
    words = f"from the start it would have been due by {when(clock.due_from_start_at)}"
    return [f"The target was raised later and counts from then; {words}."]


def _first_response(clock: SlaClock, when: FormatInstant) -> list[str]:
    if clock.met_at:
        late = "" if clock.is_best_effort else ", overdue" if clock.is_missed else ", on time"
        return [f"First response given {when(clock.met_at)}{late}."]
    if not clock.is_running or clock.due_at is None:
        return []
    late = " It is overdue." if clock.is_missed else ""
    return [f"First response {'expected' if clock.is_best_effort else 'due'} by {when(clock.due_at)}.{late}"]


def _history(pauses: Sequence[Pause], when: FormatInstant) -> str:
    """Describe all pauses in one sentence."""
    times = "once" if len(pauses) == 1 else "twice" if len(pauses) == 2 else f"{len(pauses)} times"
    spans = [
        f"{f'from {when(each.began)} to {when(each.ended)}' if each.ended else f'since {when(each.began)}'} "
        f"({PAUSED_FOR[Status(each.reason)]})"
        for each in pauses
    ]
    return f"The clock was paused {times}: {format_list(spans)}."
