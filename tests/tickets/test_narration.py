import pytest

from tickets.models.conversation import ActivityKind
from tickets.timeline import OF_THE_CLOCK, WITHOUT_ACTOR, WORDS, headline


def test_every_kind_of_activity_has_words():
    assert set(WORDS) | set(WITHOUT_ACTOR) | set(OF_THE_CLOCK) == set(ActivityKind)


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
        ("status_changed", {"status": "open"}, {"status": "solved"}, "Fay marked the ticket solved"),
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
        ("assigned", {}, {"assignee": "Fay", "by_self": True}, "Fay took the ticket"),
        ("assigned", {}, {"assignee": ""}, "Fay unassigned the ticket"),
        ("rated", {}, {"score": 5, "comment": ""}, "Fay rated the ticket 5 of 5"),
        ("rated", {"score": 5}, {"score": 2, "comment": "Slow"}, "Fay changed the rating to 2 of 5: Slow"),
        (
            "update_promised",
            {},
            {"due_at": "2026-11-23T18:00:00+02:00"},
            "Fay promised the next update by 16:00 UTC on Mon 23 Nov",
        ),
        ("response_overdue", {}, {"clock": "next_response"}, "The time for the next answer is over"),
        ("closed", {}, {}, "The ticket was closed, as it had been solved for a while"),
    ],
)
def test_sentences(kind, before, after, words):
    assert headline(kind, "Fay", before, after, for_staff=False) == words


def test_staff_read_their_own_words():
    after = {"status": "waiting_on_customer"}
    assert headline("commented", "Fay", {}, after, for_staff=True).endswith("Waiting on customer")
