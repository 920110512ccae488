"""Every event × every kind of person, and every preference."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.models.messages import Reason
from notifications.models.preferences import Frequency, MailPreferences
from notifications.recipients import (
    CLOCK_EVENTS,
    EVENTS,
    LEAD_EVENTS,
    PUBLIC_EVENTS,
    STAFF_EVENTS,
    Following,
    People,
    recipients,
    when,
)
from orgs.models import User
from tickets.models.conversation import ActivityKind

REQUESTER, CC, FOLLOWER, ASSIGNEE, AGENT, LEAD = 1, 2, 3, 4, 5, 6
PEOPLE = People(
    requester=REQUESTER,
    assignee=ASSIGNEE,
    participants=frozenset({CC}),
    followers={FOLLOWER: Following(7, "all tickets of Acme")},
    agents={AGENT: Following(8, "this ticket")},
    leads=frozenset({LEAD}),
)
STAFF = {ASSIGNEE, AGENT}
EVERYONE = {REQUESTER, CC, FOLLOWER} | STAFF
NOON = datetime(2026, 11, 23, 12, 34, tzinfo=UTC)
FIRST, LAST = datetime(2026, 1, 1), datetime(2027, 12, 31)  # noqa: DTZ001 - hypothesis adds the zone


def prefers(zone: str = "UTC", **fields) -> MailPreferences:
    return MailPreferences(user=User(time_zone=zone), **fields)


def quiet(**fields) -> MailPreferences:
    """Quiet hours, from 22:00 to 07:00 in Helsinki unless told otherwise."""
    return prefers("Europe/Helsinki", **({"quiet_from": time(22), "quiet_until": time(7)} | fields))


def heard(event: str, people: People = PEOPLE, *, actor_id: int | None = 99, **all_preferences) -> dict:
    """Who hears, by id."""
    by_id = {int(name[1:]): preferences for name, preferences in all_preferences.items()}
    found = recipients(event, people, by_id, actor_id=actor_id, is_critical=False, now=NOON)
    assert len({each.user_id for each in found}) == len(found)
    return {each.user_id: each for each in found}


@pytest.mark.parametrize("event", sorted(PUBLIC_EVENTS))
def test_public_events_reach_everyone_but_leads(event):
    assert set(heard(event)) == EVERYONE


@pytest.mark.parametrize("event", sorted(STAFF_EVENTS))
def test_events_for_staff_reach_no_customer(event):
    assert set(heard(event)) == STAFF


@pytest.mark.parametrize("event", sorted(CLOCK_EVENTS))
def test_what_runs_out_reaches_assignee_and_leads_at_once_unless_they_want_none(event):
    assert set(heard(event)) == {ASSIGNEE, LEAD}
    night = heard(event, i4=prefers(frequency=Frequency.HOURLY), i6=prefers(frequency=Frequency.OFF))
    assert {pk: each.due_at for pk, each in night.items()} == {ASSIGNEE: NOON}


@pytest.mark.parametrize("event", sorted(LEAD_EVENTS))
def test_calls_for_attention_reach_the_leads_alone(event):
    assert set(heard(event)) == {LEAD}


@pytest.mark.parametrize("event", sorted(EVENTS))
@pytest.mark.parametrize("actor", sorted(EVERYONE | {LEAD}))
def test_no_one_is_notified_about_what_they_did(event, actor):
    receipt = {REQUESTER} if event == ActivityKind.OPENED.event else set()
    assert actor not in set(heard(event, actor_id=actor)) - receipt


def test_being_mentioned_is_the_strongest_reason_and_of_notes_only():
    people = replace(PEOPLE, mentioned=frozenset({ASSIGNEE, LEAD}))
    found = heard(ActivityKind.NOTED.event, people)
    assert (found[ASSIGNEE].reason, found[LEAD].reason) == (Reason.MENTIONED, Reason.MENTIONED)
    assert LEAD not in heard(ActivityKind.COMMENTED.event, people)


def test_reasons_are_told_in_words():
    words = {user: each.reason_text for user, each in heard(ActivityKind.COMMENTED.event).items()}
    assert words == {
        REQUESTER: "You opened this ticket.",
        CC: "You are CC'd on this ticket.",
        ASSIGNEE: "You are the assignee of this ticket.",
        FOLLOWER: "You follow all tickets of Acme.",
        AGENT: "You follow this ticket.",
    }


def test_two_reasons_give_one_mail_with_the_stronger_reason():
    people = replace(PEOPLE, participants=frozenset({CC, FOLLOWER, REQUESTER}))
    found = heard(ActivityKind.COMMENTED.event, people)
    assert (found[REQUESTER].reason, found[FOLLOWER].reason) == (Reason.REQUESTER, Reason.PARTICIPANT)
    assert found[FOLLOWER].follow_id is None


def test_a_reason_that_is_off_gives_way_to_the_next():
    people = replace(PEOPLE, participants=frozenset({FOLLOWER}))
    preferences = prefers(off_reasons=[Reason.PARTICIPANT])
    found = heard(ActivityKind.COMMENTED.event, people, _3=preferences)
    assert (found[FOLLOWER].reason, found[FOLLOWER].follow_id) == (Reason.FOLLOWER, 7)


@pytest.mark.parametrize(
    "preferences", [None, prefers(frequency=Frequency.OFF), prefers(off_reasons=Reason.values)]
)
def test_people_who_opt_out_get_receipts_and_escalations_alone(preferences):
    """Everyone turns it off in their preferences, or (None) mutes the ticket."""
    everyone = EVERYONE | {LEAD}
    people = PEOPLE if preferences else replace(PEOPLE, muted=frozenset(everyone))
    chosen = {f"_{user}": preferences for user in everyone if preferences}
    for event in EVENTS:
        expected = {LEAD} if event in LEAD_EVENTS else set()
        assert set(heard(event, people, **chosen)) == (
            {REQUESTER} if event == ActivityKind.OPENED.event else expected
        )


def test_requester_gets_a_receipt_of_the_opening_at_once():
    found = heard(ActivityKind.OPENED.event, actor_id=REQUESTER, _1=prefers(frequency=Frequency.DAILY))
    assert (found[REQUESTER].due_at, found[REQUESTER].is_digest) == (NOON, False)


@pytest.mark.parametrize(
    ("preferences", "due_at", "is_digest"),
    [
        (prefers(), NOON, False),
        (prefers(frequency=Frequency.HOURLY), datetime(2026, 11, 23, 13, tzinfo=UTC), True),
        (prefers("Europe/Helsinki", frequency=Frequency.DAILY), datetime(2026, 11, 24, 7, tzinfo=UTC), True),
        (
            prefers("Europe/Helsinki", frequency=Frequency.DAILY, daily_at=time(18)),
            datetime(2026, 11, 23, 16, tzinfo=UTC),
            True,
        ),
        (quiet(), NOON, False),
        (quiet(quiet_from=time(14)), datetime(2026, 11, 24, 5, tzinfo=UTC), False),
        (
            quiet(quiet_from=time(9), quiet_until=time(17)),
            datetime(2026, 11, 23, 15, tzinfo=UTC),
            False,
        ),
    ],
)
def test_mail_waits_as_its_reader_prefers(preferences, due_at, is_digest):
    assert when(preferences, NOON, is_critical=False) == (due_at, is_digest)


def test_quiet_hours_let_critical_tickets_and_escalations_through():
    all_day = quiet(quiet_from=time(0), quiet_until=time(23, 59))
    assert when(all_day, NOON, is_critical=True) == (NOON, False)
    assert heard(ActivityKind.ESCALATED.event, _6=all_day)[LEAD].due_at == NOON


@given(
    st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Helsinki", "America/Santiago", "Asia/Kolkata", "Pacific/Apia"]),
)
def test_mail_never_waits_for_more_than_a_day_and_a_bit_and_never_goes_back(now, begins, ends, zone):
    preferences = prefers(quiet_from=begins, quiet_until=ends, zone=zone)
    at, _ = when(preferences, now, is_critical=False)
    assert now <= at <= now + timedelta(hours=25)
    daily, _ = when(prefers(frequency=Frequency.DAILY, daily_at=begins, zone=zone), now, is_critical=False)
    assert now < daily <= now + timedelta(hours=25)


def test_every_event_of_a_ticket_is_mailed_or_left_out_on_purpose():
    silent = {
        ActivityKind.PARTICIPANTS_ADDED.event,  # the comment that comes with it tells
        ActivityKind.PARTICIPANT_JOINED.event,
        ActivityKind.PARTICIPANT_LEFT.event,
        ActivityKind.PARTICIPANT_REMOVED.event,
        ActivityKind.RECLASSIFIED.event,  # nothing to act on, and the page tells
        ActivityKind.MERGED_AWAY.event,  # its people are in the other ticket now, and are notified there
        ActivityKind.MERGE_SPLIT_OFF.event,  # told to those of the ticket that stands alone again
        ActivityKind.SPLIT.event,  # the new ticket is mailed itself
        ActivityKind.SPLIT_FROM.event,
        ActivityKind.LINKED.event,  # internal, and nothing to act on
        ActivityKind.UNLINKED.event,
        ActivityKind.HANDED_OVER.event,  # internal; the promise in it is mailed itself
        ActivityKind.SNOOZED.event,
        ActivityKind.UNSNOOZED.event,
        ActivityKind.TAGGED.event,  # internal, and nothing to act on
        ActivityKind.FOLLOWED_UP.event,  # the follow-up is mailed itself
    }
    published = {kind.event for kind in ActivityKind}
    assert published - EVENTS == silent


@pytest.mark.parametrize("event", [ActivityKind.PARTICIPANTS_ADDED.event, ActivityKind.FOLLOWED_UP.event])
def test_silent_events_reach_nobody(event):
    assert heard(event) == {}
