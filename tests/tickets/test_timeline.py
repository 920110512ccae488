import pytest

from tickets.models.conversation import ActivityKind
from tickets.timeline import ENTRIES, timeline_text


def test_every_kind_of_history_entry_has_its_row():
    assert set(ENTRIES) == set(ActivityKind)


@pytest.mark.parametrize(
    ("kind", "before", "after", "words"),
    [
        ("opened", {}, {"status": "new"}, "Fay opened the ticket"),
        ("commented", {}, {}, "Fay commented"),
        (
            "commented",
            {},
            {"status": "on_hold"},
            "Fay commented and set the status to Waiting for a third party",
        ),
        ("status_changed", {"status": "open"}, {"status": "solved"}, "Fay marked the ticket as solved"),
        ("status_changed", {"status": "solved"}, {"status": "open"}, "Fay reopened the ticket"),
        (
            "status_changed",
            {"status": "open"},
            {"status": "on_hold"},
            "Fay set the status to Waiting for a third party",
        ),
        (
            "severity_changed",
            {"severity": "low"},
            {"severity": "high"},
            "Fay changed the severity from Low to High",
        ),
        (
            "participants_added",
            {},
            {"participants": ["A", "B", "C"]},
            "Fay added A, B and C to the conversation",
        ),
        ("participant_removed", {}, {"participants": ["A"]}, "Fay removed A from the conversation"),
        ("commented", {"status": "solved"}, {"status": "open"}, "Fay reopened the ticket"),
        ("commented", {"status": "on_hold"}, {"status": "open"}, "Fay commented"),
        ("assigned", {}, {"assignee": "Fay", "by_self": True}, "Fay self-assigned the ticket"),
        ("assigned", {}, {"assignee": ""}, "Fay unassigned the ticket"),
        ("rated", {}, {"score": 5, "comment": ""}, "Fay rated the ticket 5 out of 5"),
        (
            "rated",
            {"score": 5},
            {"score": 2, "comment": "Slow"},
            "Fay changed the rating to 2 out of 5: Slow",
        ),
        (
            "update_promised",
            {},
            {"due_at": "2026-11-23T18:00:00+02:00"},
            "Fay promised the next update by 16:00 UTC on Mon 23 Nov",
        ),
        ("response_overdue", {}, {"clock": "next_response"}, "The next response is overdue"),
        ("closed", {}, {}, "The ticket was closed automatically"),
    ],
)
def test_sentences(kind, before, after, words):
    assert timeline_text(kind, "Fay", before, after, for_staff=False) == words


def test_staff_read_their_own_words():
    after = {"status": "waiting_on_customer"}
    assert timeline_text("commented", "Fay", {}, after, for_staff=True).endswith("Waiting on customer")
