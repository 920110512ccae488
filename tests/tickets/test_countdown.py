"""The clock of a row, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.clock.countdown import countdown
from tickets.models.ticket import Ticket

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def at(minutes: float | None, **fields: object) -> tuple[str, str, str]:
    due_at = None if minutes is None else NOW + timedelta(minutes=minutes)
    clock = countdown(Ticket(response_due_at=due_at, **fields), NOW)
    return clock.words, clock.urgency, clock.note


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (300, ("5 h left", "running")),
        (29.9, ("29 min left", "running")),
        (0, ("less than 1 min left", "running")),
        (-0.5, ("less than 1 min overdue", "overdue")),
        (-125, ("2 h overdue", "overdue")),
        (None, ("", "none")),
    ],
)
def test_time_left_in_words(minutes, expected):
    assert at(minutes) == (*expected, "")


def test_three_quarters_of_the_time_make_it_soon():
    assert at(60, response_warn_at=NOW) == ("1 h left", "soon", "")
    assert at(60, response_warn_at=NOW + timedelta(seconds=1)) == ("1 h left", "running", "")


def test_what_is_owed_is_said_where_it_is_no_usual_answer():
    assert at(60, due_kind="first_response")[2] == "first response"
    assert at(60, due_kind="next_update")[2] == "promised update"
    assert at(60, due_kind="next_response")[2] == ""


def test_best_effort_is_said_apart_and_never_late():
    assert at(125, is_best_effort=True) == ("2 h left", "best-effort", "best effort")
    assert at(-125, is_best_effort=True) == ("best effort", "best-effort", "")


def test_pause_says_for_whom():
    assert at(None, status="waiting_on_customer") == ("paused", "paused", "waiting for the customer")
    assert at(None, status="on_hold") == ("paused", "paused", "on hold")
    assert at(None, status="solved") == ("", "none", "")


@pytest.mark.parametrize("best_effort", [True, False])
def test_escalation_that_must_be_taken_before_the_answer_goes_first(best_effort):
    call = {"escalation_due_at": NOW - timedelta(minutes=5), "is_best_effort": best_effort}
    assert at(60, **call) == at(None, **call) == ("5 min overdue", "overdue", "to acknowledge the escalation")
    assert at(-6, escalation_due_at=call["escalation_due_at"]) == ("6 min overdue", "overdue", "")
