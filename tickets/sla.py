"""The response clock of a ticket in sentences, for the customer and for support. Pure."""

from collections.abc import Callable
from datetime import datetime

from tickets.models import Ticket
from tickets.states import Severity, Status

Say = Callable[[datetime], str]

PAUSED = {
    Status.WAITING: "The clock is paused: support waits for the customer. A comment starts it again.",
    Status.ON_HOLD: "The clock is paused: support waits for a third party. A comment starts it again.",
    Status.SOLVED: "The clock has stopped: the ticket is solved. A comment starts it again.",
    Status.CLOSED: "The clock has stopped: the ticket is closed.",
}


def explain(ticket: Ticket, *, target: str, tier: str, say: Say) -> list[str]:
    """What was promised, what came of it, what is due now, and why the clock stands still if it does.

    ``target`` and ``tier`` are the words for the promise of the day the ticket was opened; ``say`` words an
    instant for the reader.
    """
    severity = Severity(ticket.severity).label
    sentences = [f"Target: first response within {target} ({severity} severity, {tier} tier)."]
    sentences += _first_response(ticket, say)
    if ticket.first_responded_at and ticket.response_due_at:
        sentences.append(f"The next answer is due by {say(ticket.response_due_at)}.")
    if ticket.response_due_at is None and ticket.status in PAUSED:
        sentences.append(PAUSED[Status(ticket.status)])
    return sentences


def _first_response(ticket: Ticket, say: Say) -> list[str]:
    due_at, met_at = ticket.first_response_due_at, ticket.first_responded_at
    if due_at is None:
        return []
    if met_at:
        late = "" if ticket.is_best_effort else ", in time" if met_at <= due_at else ", late"
        return [f"First response given {say(met_at)}{late}."]
    if ticket.is_finished:
        return []
    return [f"First response {'expected' if ticket.is_best_effort else 'due'} by {say(due_at)}."]
