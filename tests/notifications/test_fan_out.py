"""From an event to one row a person, some people at a time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications import fan_out
from notifications.models.messages import EmailMessage, MailState, Reason
from notifications.models.preferences import MailPreferences
from supportcenter.outbox.dispatch import dispatch_due
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor, member
from tickets.actions.comments import add_internal_note
from tickets.actions.following import follow, follow_ticket, mute, unfollow
from tickets.models.people import Participant


@pytest.fixture
def ticket(cast, run_outbox):
    made = builders.ticket(cast.ben, cast.acme)
    run_outbox()
    EmailMessage.objects.all().delete()
    return made


@pytest.fixture
def crowd(cast, ticket):
    """Seven people in CC."""
    people = [member(cast.acme, f"p{number}@acme.example", f"P{number}", "member") for number in range(7)]
    Participant.objects.bulk_create(Participant(ticket=ticket, user=user) for user in people)
    return people


def rows() -> list[str]:
    return sorted(EmailMessage.objects.values_list("to_address", flat=True))


def test_everyone_gets_one_row_however_small_the_chunks(cast, ticket, crowd, monkeypatch):
    monkeypatch.setattr(fan_out, "CHUNK_SIZE", 2)
    follow(actor=actor(cast.ada), organization=cast.acme)
    builders.comment(cast.fay, ticket)
    dispatch_due()
    expected = ["ada@acme.example", "ben@acme.example", *(user.email for user in crowd)]
    assert rows() == sorted(expected)


def test_running_twice_writes_nothing_new(cast, ticket, crowd):
    builders.comment(cast.fay, ticket)
    dispatch_due()
    before = rows()
    fan_out.queue_mails(OutboxMessage.objects.latest("pk"))
    assert rows() == before


def test_a_chunk_costs_the_same_however_many_people_are_in_it(cast, ticket, crowd):
    builders.comment(cast.fay, ticket)
    message = OutboxMessage.objects.latest("pk")
    costs = []
    for people in (crowd[:1], crowd):
        Participant.objects.exclude(user__in=people).delete()
        with CaptureQueriesContext(connection) as queries:
            fan_out.queue_mails(message)
        costs.append(len(queries))
        Participant.objects.bulk_create(
            [Participant(ticket=ticket, user=user) for user in crowd], ignore_conflicts=True
        )
    assert costs[0] == costs[1]


def test_rows_say_by_which_rule(cast, ticket):
    rule = follow(actor=actor(cast.ada), organization=cast.acme)
    follow_ticket(actor=actor(cast.gus), ticket=ticket, on=True)
    builders.comment(cast.fay, ticket)
    dispatch_due()
    found = {each.to_address: each for each in EmailMessage.objects.all()}
    assert found["ada@acme.example"].follow == rule
    assert found["gus@support.example"].reason_text == "You follow this ticket."
    assert found["ben@acme.example"].reason == Reason.REQUESTER


def test_notes_reach_agents_who_follow_and_no_customer(cast, ticket, run_outbox, mailoutbox):
    follow(actor=actor(cast.ada), organization=cast.acme)
    follow_ticket(actor=actor(cast.gus), ticket=ticket, on=True)
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="Not for customers")
    mailoutbox.clear()
    run_outbox()
    assert [mail.to for mail in mailoutbox] == [["gus@support.example"]]


def test_inactive_people_get_nothing(cast, ticket, crowd):
    crowd[0].is_active = False
    crowd[0].save()
    builders.comment(cast.fay, ticket)
    dispatch_due()
    assert crowd[0].email not in rows()


def test_digest_readers_rows_are_held(cast, ticket):
    MailPreferences.objects.create(user=cast.ben, frequency="hourly")
    builders.comment(cast.fay, ticket)
    dispatch_due()
    held = EmailMessage.objects.get(recipient=cast.ben)
    assert held.state == MailState.HELD
    assert timezone.now() < held.due_at <= timezone.now() + timedelta(hours=1)


def test_who_unfollows_or_mutes_before_the_sending_gets_nothing(cast, ticket, run_outbox, mailoutbox):
    ada = actor(cast.ada)
    follow(actor=ada, organization=cast.acme)
    builders.comment(cast.fay, ticket)
    dispatch_due()
    unfollow(actor=ada, organization=cast.acme)
    mute(user_id=cast.ben.pk, ticket_id=ticket.pk, on=True)
    mailoutbox.clear()
    run_outbox()
    assert mailoutbox == []
    assert set(EmailMessage.objects.values_list("state", "detail")) == {
        ("withheld", "The recipient no longer follows the ticket."),
        ("withheld", "The recipient muted the ticket."),
    }


def test_mail_that_is_sent_again_does_not_answer_itself(cast, ticket, run_outbox, mailoutbox):
    builders.comment(cast.fay, ticket)
    run_outbox()
    EmailMessage.objects.update(state=MailState.QUEUED, sent_at=None)
    run_outbox()
    first, again = [mail.extra_headers for mail in mailoutbox if mail.to == ["ben@acme.example"]][-2:]
    assert first["Message-ID"] == again["Message-ID"]
    assert again["Message-ID"] not in again["References"]
