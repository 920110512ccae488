"""The clock of a row, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.countdown import countdown, length
from tickets.models import Ticket

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def at(minutes: float | None, **fields: object) -> tuple[str, str]:
    due_at = None if minutes is None else NOW + timedelta(minutes=minutes)
    clock = countdown(Ticket(response_due_at=due_at, **fields), NOW)
    return clock.words, clock.urgency


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (300, ("5 h left", "running")),
        (30, ("30 min left", "running")),
        (29.9, ("29 min left", "soon")),
        (0.5, ("less than 1 min left", "soon")),
        (0, ("less than 1 min left", "soon")),
        (-0.5, ("late by less than 1 min", "late")),
        (-125, ("late by 2 h", "late")),
        (None, ("", "none")),
    ],
)
def test_time_left_in_words(minutes, expected):
    assert at(minutes) == expected


def test_best_effort_is_said_apart_and_never_late():
    assert at(125, is_best_effort=True) == ("2 h, best effort", "best-effort")
    assert at(-125, is_best_effort=True) == ("best effort", "best-effort")


def test_pause_says_for_whom():
    assert at(None, status="waiting_on_customer") == ("paused, waits for the customer", "paused")
    assert at(None, status="on_hold") == ("paused, on hold", "paused")
    assert at(None, status="solved") == ("", "none")


@pytest.mark.parametrize(
    ("hours", "expected"), [(47.99, "47 h"), (48, "2 days"), (1, "1 h"), (71.9, "2 days")]
)
def test_length_is_rounded_down_in_its_largest_unit(hours, expected):
    assert length(timedelta(hours=hours)) == expected
