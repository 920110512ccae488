"""Every event × every kind of person."""

import pytest

from notifications.recipients import ASSIGNEE_EVENTS, EVENTS, LEAD_EVENTS, PUBLIC_EVENTS, People, recipients
from tickets import events

REQUESTER, CC, FOLLOWER, ASSIGNEE, LEAD = 1, 2, 3, 4, 5
PEOPLE = People(
    requester=REQUESTER,
    assignee=ASSIGNEE,
    participants=frozenset({CC}),
    followers=frozenset({FOLLOWER}),
    leads=frozenset({LEAD}),
    organization="Acme",
)
EVERYBODY = {REQUESTER, CC, FOLLOWER, ASSIGNEE}


@pytest.mark.parametrize("event", sorted(PUBLIC_EVENTS))
def test_public_events_reach_everybody(event):
    assert set(recipients(event, PEOPLE, actor_id=99)) == EVERYBODY


@pytest.mark.parametrize("event", sorted(ASSIGNEE_EVENTS))
def test_events_for_the_assignee_reach_nobody_else(event):
    assert set(recipients(event, PEOPLE, actor_id=99)) == {ASSIGNEE}


@pytest.mark.parametrize("event", sorted(LEAD_EVENTS))
def test_calls_for_attention_reach_the_leads_alone(event):
    assert set(recipients(event, PEOPLE, actor_id=99)) == {LEAD}


@pytest.mark.parametrize("event", sorted(EVENTS))
@pytest.mark.parametrize("actor", sorted(EVERYBODY | {LEAD}))
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


def test_every_event_of_a_ticket_is_mailed_or_left_out_on_purpose():
    silent = {
        events.TICKET_PARTICIPANTS_ADDED,  # the comment that comes with it tells
        events.TICKET_PARTICIPANT_JOINED,
        events.TICKET_PARTICIPANT_LEFT,
        events.TICKET_PARTICIPANT_REMOVED,
        events.TICKET_FOLLOWED_UP,  # the follow-up is mailed itself
    }
    published = {value for name, value in vars(events).items() if name.startswith("TICKET_")}
    assert published - EVENTS == silent


def test_participants_added_sends_nothing_of_its_own():
    assert recipients(events.TICKET_PARTICIPANTS_ADDED, PEOPLE, actor_id=None) == {}
