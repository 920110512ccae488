"""When people get their mail, and stopping it by the link in a mail."""

from datetime import time, timedelta

import pytest
from django.core import mail as outgoing
from django.test import Client
from django.utils import timezone

from notifications.actions.preferences import change_preferences
from notifications.digest import compose_due
from notifications.models.messages import EmailMessage, MailState, Reason
from notifications.models.preferences import Frequency, MailPreferences
from notifications.models.suppressions import Suppression
from notifications.unsubscribe import Unsubscription, token_for, unsubscription_from
from orgs.models import User
from supportcenter.outbox.dispatch import dispatch_due
from tests import builders
from tests.cast import actor
from tickets.actions.following import follow
from tickets.models.following import Follow, Mute

NO_QUIET = {"daily_at": time(9), "quiet_from": None, "quiet_until": None, "off_reasons": []}
FORM = {"frequency": "daily", "daily_at": "08:30", "quiet_from": "22:00", "quiet_until": "07:00"}


@pytest.fixture
def ticket(cast, run_outbox):
    made = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    run_outbox()
    outgoing.outbox.clear()
    return made


def wants(user, frequency: str, **changes) -> None:
    change_preferences(user=user, frequency=frequency, **(NO_QUIET | changes))


def told() -> set[str]:
    return {address for each in outgoing.outbox for address in each.to}


def mail_to(user, kind: str = "ticket_update") -> EmailMessage:
    return EmailMessage.objects.filter(recipient=user, kind=kind).latest("created_at")


def test_preferences_are_kept_and_shown_again(cast, client_of):
    ben = client_of(cast.ben)
    assert ben.post("/account/mail/", FORM | {"reasons": ["requester"]}).status_code == 302
    kept = MailPreferences.objects.get(user=cast.ben)
    assert (kept.frequency, kept.daily_at, kept.quiet_until) == ("daily", time(8, 30), time(7))
    assert kept.off_reasons == [
        Reason.PARTICIPANT,
        Reason.MENTIONED,
        Reason.ASSIGNEE,
        Reason.FOLLOWER,
    ]
    page = ben.get("/account/mail/").content.decode()
    assert 'value="08:30"' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"daily_at": ""}, "Choose the time of day for the digest."),
        ({"quiet_until": ""}, "Enter both a start and an end for quiet hours."),
        ({"quiet_from": "07:00"}, "must start and end at different times"),
        ({"quiet_from": "soon"}, "Enter a valid time."),
        ({"frequency": "yearly"}, "is not one of the available choices"),
    ],
)
def test_bad_preferences_are_said_and_nothing_is_kept(cast, client_of, changes, words):
    response = client_of(cast.ben).post("/account/mail/", FORM | changes)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not MailPreferences.objects.exists()


def test_digest_gathers_what_came_and_mails_it_once(cast, ticket, run_outbox):
    wants(cast.ben, Frequency.HOURLY)
    builders.comment(cast.fay, ticket, "First answer")
    builders.comment(cast.fay, ticket, "Second answer")
    run_outbox()
    assert told() == {"cleo@acme.example"}
    later = timezone.now() + timedelta(hours=2)
    assert [compose_due(later), compose_due(later)] == [1, 0]
    run_outbox()
    [digest] = [each for each in outgoing.outbox if each.to == ["ben@acme.example"]]
    assert digest.subject == "Support Center: 2 updates on 1 ticket"
    assert digest.body.index("First answer") < digest.body.index("Second answer")
    assert mail_to(cast.ben).digest == mail_to(cast.ben, "digest")


def test_digest_leaves_out_what_its_reader_may_no_longer_see(cast, ticket, run_outbox):
    wants(cast.cleo, Frequency.DAILY)
    builders.comment(cast.fay, ticket, "Not for everyone")
    dispatch_due()
    ticket.participants.all().delete()
    compose_due(timezone.now() + timedelta(days=2))
    run_outbox()
    assert told() == {"ben@acme.example"}
    assert mail_to(cast.cleo, "digest").state == MailState.WITHHELD


def test_going_back_to_at_once_sends_what_was_held(cast, ticket, run_outbox):
    wants(cast.ben, Frequency.DAILY)
    builders.comment(cast.fay, ticket, "Held")
    dispatch_due()
    wants(cast.ben, Frequency.IMMEDIATE)
    run_outbox()
    assert "ben@acme.example" in told()


def test_switching_off_drops_what_was_held(cast, ticket, run_outbox):
    wants(cast.ben, Frequency.DAILY)
    builders.comment(cast.fay, ticket, "Held")
    dispatch_due()
    wants(cast.ben, Frequency.OFF)
    builders.comment(cast.fay, ticket, "Never")
    run_outbox()
    assert told() == {"cleo@acme.example"}
    assert mail_to(cast.ben).state == MailState.WITHHELD


def test_quiet_hours_hold_mail_until_their_end(cast, ticket, run_outbox):
    wants(cast.ben, Frequency.IMMEDIATE, quiet_from=time(0), quiet_until=time(23, 59))
    builders.comment(cast.fay, ticket, "Later")
    run_outbox()
    assert told() == {"cleo@acme.example"}
    held = mail_to(cast.ben)
    assert held.state == MailState.QUEUED
    assert (held.due_at.hour, held.due_at.minute) == (23, 59)


def stop_link(user) -> str:
    [mail] = [each for each in outgoing.outbox if each.to == [user.email]]
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return mail.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")


def test_link_of_a_follower_ends_that_rule_alone(cast, ticket, run_outbox, client):
    follow(actor=actor(cast.ada), organization=cast.acme)
    builders.comment(cast.fay, ticket)
    run_outbox()
    link = stop_link(cast.ada)
    assert "because you follow all tickets of Acme" in client.get(link).content.decode()
    assert Follow.objects.exists(), "looking at the link changes nothing"
    response = client.post(link, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert not Follow.objects.exists()
    assert client.post(link).status_code == 200


def test_link_of_the_requester_mutes_that_ticket_alone(cast, ticket, run_outbox, client):
    builders.comment(cast.fay, ticket)
    run_outbox()
    client.post(stop_link(cast.ben))
    assert Mute.objects.get().user == cast.ben
    outgoing.outbox.clear()
    builders.comment(cast.fay, ticket)
    builders.comment(cast.fay, builders.ticket(cast.ben, cast.acme))
    run_outbox()
    subjects = {each.subject for each in outgoing.outbox if each.to == ["ben@acme.example"]}
    assert {each.partition("]")[0] for each in subjects} == {f"[SUP-{ticket.pk + 1}"}


def test_link_works_without_token_and_session_of_the_site(cast, ticket):
    strict = Client(enforce_csrf_checks=True)
    url = f"/mail/unsubscribe/{token_for(Unsubscription('mute', ticket.pk, cast.ben.pk))}/"
    assert strict.post(url).status_code == 200
    assert strict.get(url).headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: token.replace("mute", "follow")])
def test_forged_link_is_nowhere(cast, ticket, client, change):
    token = change(token_for(Unsubscription("mute", ticket.pk, cast.ben.pk)))
    assert unsubscription_from(token) is None
    assert client.post(f"/mail/unsubscribe/{token}/").status_code == 404
    assert not Mute.objects.exists()


def test_mails_about_sign_in_and_tiers_cannot_be_stopped(cast, run_outbox):
    builders.tier_change(cast.ada, cast.acme, "premium")
    wants(cast.ada, Frequency.OFF)
    run_outbox()
    mail = next(each for each in outgoing.outbox if each.to == ["ada@acme.example"])
    assert "List-Unsubscribe" not in mail.extra_headers


def moved(user, address: str) -> None:
    """Give a person another address, and let what was held for them leave."""
    User.objects.filter(pk=user.pk).update(email=address)
    EmailMessage.objects.filter(sent_at=None).update(due_at=timezone.now())
    compose_due(timezone.now())


@pytest.mark.parametrize("frequency", [Frequency.IMMEDIATE, Frequency.HOURLY])
def test_held_mail_goes_to_the_address_of_the_time_when_it_leaves(cast, ticket, run_outbox, frequency):
    wants(cast.ben, frequency, quiet_from=time(0), quiet_until=time(23, 59))
    builders.comment(cast.fay, ticket, "Later")
    run_outbox()
    moved(cast.ben, "ben@new.example")
    run_outbox()
    assert told() == {"cleo@acme.example", "ben@new.example"}
    assert EmailMessage.objects.filter(state="sent").latest("sent_at").to_address == "ben@new.example"


def test_suppression_of_the_new_address_counts(cast, ticket, run_outbox):
    wants(cast.ben, Frequency.IMMEDIATE, quiet_from=time(0), quiet_until=time(23, 59))
    builders.comment(cast.fay, ticket, "Later")
    run_outbox()
    Suppression.objects.create(address="ben@new.example", cause="bounce")
    moved(cast.ben, "ben@new.example")
    run_outbox()
    assert told() == {"cleo@acme.example"}


def test_two_people_who_swap_addresses_each_get_their_own_mail(cast, ticket, run_outbox):
    for person in (cast.ben, cast.cleo):
        wants(person, Frequency.IMMEDIATE, quiet_from=time(0), quiet_until=time(23, 59))
    builders.comment(cast.fay, ticket, "Later")
    run_outbox()
    moved(cast.cleo, "old@acme.example")
    moved(cast.ben, "cleo@acme.example")
    moved(cast.cleo, "ben@acme.example")
    run_outbox()
    sent = {each.recipient: each.state for each in EmailMessage.objects.filter(activity__kind="commented")}
    assert sent == {cast.ben: "sent", cast.cleo: "sent"}
    assert told() == {"cleo@acme.example", "ben@acme.example"}
