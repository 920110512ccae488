"""Every event × every kind of person."""

import pytest

from notifications.recipients import INTERNAL_EVENTS, PUBLIC_EVENTS, People, recipients
from tickets import events

REQUESTER, CC, FOLLOWER, ASSIGNEE = 1, 2, 3, 4
PEOPLE = People(
    requester=REQUESTER,
    assignee=ASSIGNEE,
    participants=frozenset({CC}),
    followers=frozenset({FOLLOWER}),
    organization="Acme",
)
EVERYBODY = {REQUESTER, CC, FOLLOWER, ASSIGNEE}


@pytest.mark.parametrize("event", sorted(PUBLIC_EVENTS))
def test_public_events_reach_everybody(event):
    assert set(recipients(event, PEOPLE, actor_id=99)) == EVERYBODY


@pytest.mark.parametrize("event", sorted(INTERNAL_EVENTS))
def test_internal_events_reach_the_assignee_alone(event):
    assert set(recipients(event, PEOPLE, actor_id=99)) == {ASSIGNEE}


@pytest.mark.parametrize("event", sorted(PUBLIC_EVENTS | INTERNAL_EVENTS))
@pytest.mark.parametrize("actor", sorted(EVERYBODY))
def test_nobody_hears_of_what_they_did(event, actor):
    heard = set(recipients(event, PEOPLE, actor_id=actor))
    receipt = {REQUESTER} if event == events.TICKET_OPENED else set()
    assert actor not in heard - receipt


def test_requester_gets_a_receipt_of_the_opening():
    assert REQUESTER in recipients(events.TICKET_OPENED, PEOPLE, actor_id=REQUESTER)


def test_two_reasons_give_one_mail_with_the_stronger_reason():
    people = People(
        requester=1, participants=frozenset({2}), followers=frozenset({1, 2}), organization="Acme"
    )
    heard = recipients(events.TICKET_COMMENTED, people, actor_id=None)
    assert heard == {1: "You opened this ticket.", 2: "You are CC'd on this ticket."}


def test_participants_added_sends_nothing_of_its_own():
    assert recipients(events.TICKET_PARTICIPANTS_ADDED, PEOPLE, actor_id=None) == {}
