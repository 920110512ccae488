"""Every reason to withhold a mail × a single mail and a line of a digest."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.core import mail as outgoing
from django.utils import timezone

from notifications.actions.preferences import change_preferences
from notifications.batch import Batch
from notifications.digest import compose_due
from notifications.mailer import build
from notifications.models.messages import EmailMessage, MailState, Reason
from notifications.models.preferences import Frequency, MailPreferences
from notifications.models.suppressions import Suppression
from orgs.models import Membership
from supportcenter.outbox.dispatch import dispatch_due
from tests import builders
from tests.cast import actor
from tickets.actions.assignment import assign
from tickets.actions.comments import add_internal_note
from tickets.actions.escalation import escalate
from tickets.actions.following import follow, mute, unfollow
from tickets.models.people import Participant


def mutes(cast, person, ticket):
    mute(user_id=person.pk, ticket_id=ticket.pk, on=True)


def unfollows(cast, person, ticket):
    unfollow(actor=actor(person), organization=cast.acme)


def turns_mail_off(cast, person, ticket):
    MailPreferences.objects.update_or_create(user=person, defaults={"frequency": Frequency.OFF})


def turns_reason_off(cast, person, ticket):
    mail = EmailMessage.objects.filter(recipient=person).latest("created_at")
    MailPreferences.objects.update_or_create(user=person, defaults={"off_reasons": [mail.reason]})


def leaves_organization(cast, person, ticket):
    Membership.objects.filter(user=person).delete()


def leaves_conversation(cast, person, ticket):
    Participant.objects.filter(ticket=ticket, user=person).delete()


def leaves_staff(cast, person, ticket):
    type(person).objects.filter(pk=person.pk).update(staff_role="")


def becomes_customer(cast, person, ticket):
    """Off the support team, but in the organization, and in this very conversation."""
    leaves_staff(cast, person, ticket)
    Membership.objects.create(user=person, organization=cast.acme, role="member")
    Participant.objects.create(ticket=ticket, user=person)


def is_deactivated(cast, person, ticket):
    type(person).objects.filter(pk=person.pk).update(is_active=False)


def is_suppressed(cast, person, ticket):
    Suppression.objects.create(address=person.email, cause="bounce")


class Case(NamedTuple):
    """Who, what happens between the event and the mail, and the reason; of the whole digest or of a line."""

    who: str
    change: Callable
    reason: str
    is_whole: bool = False


TABLE = [
    Case("ben", mutes, "The recipient muted the ticket."),
    Case("ada", unfollows, "The recipient no longer follows the ticket."),
    Case("ben", turns_mail_off, "The recipient turned off mail about tickets."),
    Case("ben", turns_reason_off, "The recipient turned off mail for this reason."),
    Case("ben", leaves_organization, "The recipient can no longer see the ticket."),
    Case("cleo", leaves_conversation, "The recipient can no longer see the ticket."),
    Case("gus", leaves_staff, "The recipient can no longer see the ticket."),
    Case("gus", becomes_customer, "Internal entries are for staff only."),
    Case("ben", is_deactivated, "The recipient's account is deactivated.", is_whole=True),
    Case("ben", is_suppressed, "The address is suppressed: bounced.", is_whole=True),
]
IDS = [f"{case.who}-{case.change.__name__}" for case in TABLE]


@pytest.fixture
def ticket(cast, run_outbox):
    """A ticket of Ben's with Cleo in CC and Gus as its assignee, that Ada follows."""
    made = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    follow(actor=actor(cast.ada), organization=cast.acme)
    assign(actor=actor(cast.fay), ticket=made, assignee=cast.gus)
    run_outbox()
    outgoing.outbox.clear()
    EmailMessage.objects.all().delete()
    return made


def update(cast, person, ticket) -> None:
    """Something that the person is notified about: for Gus a note, for everyone else a comment."""
    if person == cast.gus:
        add_internal_note(actor=actor(cast.fay), ticket=ticket, body="An update")
    else:
        builders.comment(cast.fay, ticket, "An update")
    dispatch_due()


def delivered_to(person) -> list[str]:
    return [mail.body for mail in outgoing.outbox if mail.to == [person.email]]


def prefer_digest(person) -> None:
    MailPreferences.objects.create(user=person, frequency=Frequency.HOURLY)


def send_digests(run_outbox) -> None:
    compose_due(timezone.now() + timedelta(hours=2))
    run_outbox()


@pytest.mark.parametrize("case", TABLE, ids=IDS)
def test_single_mail_is_withheld(cast, ticket, run_outbox, case):
    person = getattr(cast, case.who)
    update(cast, person, ticket)
    case.change(cast, person, ticket)
    run_outbox()
    assert delivered_to(person) == []
    mail = EmailMessage.objects.get(recipient=person)
    assert (mail.state, mail.detail) == (MailState.WITHHELD, case.reason)


@pytest.mark.parametrize("case", TABLE, ids=IDS)
def test_line_of_a_digest_is_withheld(cast, ticket, run_outbox, case):
    person = getattr(cast, case.who)
    prefer_digest(person)
    update(cast, person, ticket)
    case.change(cast, person, ticket)
    send_digests(run_outbox)
    assert delivered_to(person) == []
    digest = EmailMessage.objects.get(recipient=person, kind="digest")
    line = EmailMessage.objects.get(recipient=person, kind="ticket_update")
    assert digest.state == MailState.WITHHELD
    assert digest.detail == (
        case.reason if case.is_whole else f"None of its updates can be sent. {case.reason}"
    )
    if not case.is_whole:
        assert (line.state, line.detail) == (MailState.WITHHELD, case.reason)


def test_nothing_is_withheld_while_nothing_changes(cast, ticket, run_outbox):
    people = [cast.ben, cast.cleo, cast.ada, cast.gus]
    prefer_digest(cast.cleo)
    for person in people:
        update(cast, person, ticket)
    send_digests(run_outbox)
    assert all(delivered_to(person) for person in people)
    assert not EmailMessage.objects.filter(state=MailState.WITHHELD).exists()


def test_digest_shows_the_lines_that_are_left(cast, ticket, run_outbox):
    other = builders.ticket(cast.ben, cast.acme, subject="Broker restarts")
    run_outbox()
    outgoing.outbox.clear()
    prefer_digest(cast.ben)
    for each in (ticket, other):
        update(cast, cast.ben, each)
    mutes(cast, cast.ben, ticket)
    send_digests(run_outbox)
    [body] = delivered_to(cast.ben)
    assert other.reference in body
    assert ticket.reference not in body
    lines = EmailMessage.objects.filter(recipient=cast.ben, digest__isnull=False)
    assert set(lines.values_list("ticket", "state")) == {
        (ticket.pk, MailState.WITHHELD),
        (other.pk, MailState.DIGESTED),
    }


def test_receipt_and_escalation_are_sent_whatever_the_recipient_prefers(cast, ticket, run_outbox):
    new = builders.ticket(cast.ben, cast.acme)
    escalate(actor=actor(cast.cleo), ticket=ticket)
    dispatch_due()
    for person in (cast.ben, cast.gus):
        mutes(cast, person, new)
        mutes(cast, person, ticket)
        turns_mail_off(cast, person, ticket)
    run_outbox()
    assert "We received your ticket" in delivered_to(cast.ben)[0]
    rules = EmailMessage.objects.filter(recipient=cast.gus, state=MailState.SENT).values_list(
        "reason", flat=True
    )
    assert list(rules) == [Reason.LEAD]


def test_turning_mail_off_withholds_what_is_queued_and_held(cast, ticket, run_outbox):
    prefer_digest(cast.ben)
    update(cast, cast.ben, ticket)
    change_preferences(
        user=cast.ben, frequency=Frequency.OFF, daily_at=MailPreferences().daily_at,
        quiet_from=None, quiet_until=None, off_reasons=[],
    )  # fmt: skip
    run_outbox()
    assert delivered_to(cast.ben) == []
    assert EmailMessage.objects.get(recipient=cast.ben).state == MailState.WITHHELD


def test_digests_cost_the_same_queries_however_many_people_read_them(
    cast, ticket, run_outbox, django_assert_max_num_queries
):
    for person in (cast.ben, cast.cleo, cast.ada):
        prefer_digest(person)
    update(cast, cast.ben, ticket)
    compose_due(timezone.now() + timedelta(hours=2))
    digests = list(EmailMessage.objects.filter(kind="digest").select_related("recipient"))
    assert len(digests) == 3
    batch = Batch(digests)
    with django_assert_max_num_queries(13):
        for digest in digests:
            build(digest, batch)
