"""The response clock of a ticket in sentences, for the customer and for support. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from tickets.clock.clocks import Pause, pauses_of
from tickets.models.clock import ClockKind, SlaClock
from tickets.states import Status

Say = Callable[[datetime], str]

STANDS_STILL = {
    Status.WAITING: "The clock is paused: support waits for the customer. A comment starts it again.",
    Status.ON_HOLD: "The clock is paused: support waits for a third party. A comment starts it again.",
    Status.SOLVED: "The clock has stopped: the ticket is solved. A comment starts it again.",
    Status.CLOSED: "The clock has stopped: the ticket is closed.",
}
PAUSED_FOR = {
    Status.WAITING: "waiting for the customer",
    Status.ON_HOLD: "waiting for a third party",
    Status.SOLVED: "solved",
}


def explain(status: str, clocks: Sequence[SlaClock], say: Say) -> list[str]:
    """What was promised, what came of it, what is due now, why the clock stands still if it does, and every
    pause so far. ``say`` words an instant for the reader.
    """
    sentences = [sentence for clock in clocks for sentence in _of(clock, say)]
    if status in STANDS_STILL and not any(each.is_running for each in clocks):
        sentences.append(STANDS_STILL[Status(status)])
    if pauses := sorted(
        {pause for clock in clocks for pause in pauses_of(clock)}, key=lambda each: each.began
    ):
        sentences.append(_history(pauses, say))
    return sentences


def _of(clock: SlaClock, say: Say) -> list[str]:
    """The first response is told whatever came of it; of the others, what is owed now."""
    if clock.kind == ClockKind.FIRST_RESPONSE:
        return [_promise(clock), *_first_response(clock, say)]
    if not clock.is_running or clock.due_at is None:
        return []
    late = " It is late." if clock.is_missed else ""
    if clock.promised_by_id:
        return [f"{clock.promised_by} promised the next update by {say(clock.due_at)}.{late}"]
    what = "answer" if clock.kind == ClockKind.NEXT_RESPONSE else "update"
    return [
        f"The next {what} is {'expected' if clock.is_best_effort else 'due'} by {say(clock.due_at)}.{late}"
    ]


def _promise(clock: SlaClock) -> str:
    if clock.is_best_effort:
        return f"Best effort: first response by the {clock.promise}."
    return f"Target: first response within {clock.promise}."


def _first_response(clock: SlaClock, say: Say) -> list[str]:
    if clock.met_at:
        late = "" if clock.is_best_effort else ", late" if clock.is_missed else ", in time"
        return [f"First response given {say(clock.met_at)}{late}."]
    if not clock.is_running or clock.due_at is None:
        return []
    late = " It is late." if clock.is_missed else ""
    return [f"First response {'expected' if clock.is_best_effort else 'due'} by {say(clock.due_at)}.{late}"]


def _history(pauses: Sequence[Pause], say: Say) -> str:
    """Every pause in one sentence."""
    times = "once" if len(pauses) == 1 else "twice" if len(pauses) == 2 else f"{len(pauses)} times"
    spans = [
        f"{f'from {say(each.began)} to {say(each.ended)}' if each.ended else f'since {say(each.began)}'} "
        f"({PAUSED_FOR[Status(each.reason)]})"
        for each in pauses
    ]
    listed = spans[0] if len(spans) == 1 else f"{', '.join(spans[:-1])} and {spans[-1]}"
    return f"The clock paused {times}: {listed}."
