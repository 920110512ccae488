from datetime import UTC, datetime, timedelta

import pytest

from orgs.models import User
from tickets.clock.explanation import explain
from tickets.models.clock import SlaClock

DUE = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTES = timedelta(minutes=1)


def clock(kind: str = "first_response", **values) -> SlaClock:
    words = "1 hour (High severity, Advanced tier)"
    return SlaClock(kind=kind, promise=words, started_at=DUE - 60 * MINUTES, due_at=DUE, **values)


def met(after: int = -5, **values) -> SlaClock:
    at = DUE + after * MINUTES
    return clock(met_at=at, ended_at=at, breached_at=DUE if after > 0 else None, **values)


def sentences(*clocks: SlaClock, status: str = "open") -> str:
    return " ".join(explain(status, clocks, lambda at: f"{at:%H:%M}"))


def test_promise_and_due_time_of_a_new_ticket():
    assert sentences(clock(), status="new") == (
        "Target: first response within 1 hour (High severity, Advanced tier). First response due by 12:00."
    )


@pytest.mark.parametrize(("after", "words"), [(-5, "given 11:55, on time."), (5, "given 12:05, overdue.")])
def test_first_response_in_time_and_late(after, words):
    assert words in sentences(met(after))


def test_best_effort_is_expected_and_never_late():
    assert "expected by 12:00." in sentences(clock(is_best_effort=True), status="new")
    text = sentences(clock(is_best_effort=True, met_at=DUE + MINUTES, ended_at=DUE + MINUTES))
    assert text.startswith("Best effort: first response by the 1 hour")
    assert "given 12:01." in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("waiting_on_customer", "waiting for the customer"),
        ("on_hold", "waiting for a third party"),
        ("solved", "has stopped: the ticket is solved"),
        ("closed", "has stopped: the ticket is closed"),
    ],
)
def test_why_the_clock_stands_still_and_what_starts_it(status, words):
    text = sentences(met(), status=status)
    assert words in text
    assert ("A comment re" in text) is (status != "closed")


def test_target_that_was_raised_later():
    text = sentences(clock(due_from_start_at=DUE - 20 * MINUTES), status="new")
    assert text.endswith("counts from then; from the start it would have been due by 11:40.")


@pytest.mark.parametrize(("kind", "what"), [("next_response", "response"), ("next_update", "update")])
def test_what_is_owed_next_and_whether_it_is_late(kind, what):
    assert f"The next {what} is due by 12:00." in sentences(met(), clock(kind))
    assert "It is overdue." in sentences(met(), clock(kind, breached_at=DUE))


def test_promise_of_an_agent_has_a_name_and_outlives_a_pause():
    text = sentences(met(), clock("next_update", promised_by=User(pk=1, name="Fay")), status="on_hold")
    assert "Fay promised the next update by 12:00." in text
    assert "paused" not in text


def test_every_pause_is_told_in_one_sentence():
    pauses = [
        ["2026-11-23T09:00+00:00", "2026-11-23T10:00+00:00", "waiting_on_customer"],
        ["2026-11-23T10:30+00:00", None, "on_hold"],
    ]
    text = sentences(clock(pauses=pauses[:1]), clock("next_response", pauses=pauses, paused_at=DUE))
    assert text.endswith(
        "The clock was paused twice: from 09:00 to 10:00 (waiting for the customer) and "
        "since 10:30 (waiting for a third party)."
    )
