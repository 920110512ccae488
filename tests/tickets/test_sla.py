from datetime import UTC, datetime, timedelta

import pytest

from tickets.models import Ticket
from tickets.sla import explain

DUE = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sentences(**values) -> str:
    ticket = Ticket(severity="high", first_response_due_at=DUE, **values)
    return " ".join(explain(ticket, target="1 hour", tier="Advanced", say=lambda at: f"{at:%H:%M}"))


def test_promise_and_due_time_of_a_new_ticket():
    assert sentences(status="new", response_due_at=DUE) == (
        "Target: first response within 1 hour (High severity, Advanced tier). First response due by 12:00."
    )


@pytest.mark.parametrize(
    ("after", "best_effort", "words"),
    [(-5, False, "given 11:55, in time."), (5, False, "given 12:05, late."), (5, True, "given 12:05.")],
)
def test_first_response_in_time_late_and_never_missed_as_best_effort(after, best_effort, words):
    met = DUE + timedelta(minutes=after)
    text = sentences(status="open", first_responded_at=met, is_best_effort=best_effort)
    assert words in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("waiting_on_customer", "waits for the customer"),
        ("on_hold", "waits for a third party"),
        ("solved", "has stopped: the ticket is solved"),
        ("closed", "has stopped: the ticket is closed"),
    ],
)
def test_why_the_clock_stands_still_and_what_starts_it(status, words):
    text = sentences(status=status, first_responded_at=DUE)
    assert words in text
    assert ("starts it again" in text) is (status != "closed")


def test_next_answer_that_is_owed():
    text = sentences(status="open", first_responded_at=DUE, response_due_at=DUE + timedelta(hours=2))
    assert "The next answer is due by 14:00." in text
    assert "paused" not in text
