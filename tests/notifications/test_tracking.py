"""What follows from reports of providers, and their webhooks by HTTP."""

import base64
import hashlib
import hmac
import importlib
import json
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from anymail.signals import AnymailTrackingEvent
from django.test import Client
from django.utils import timezone

from notifications import webhooks
from notifications.actions.suppressions import remove_suppression
from notifications.actions.tracking import apply_early_reports, record_report
from notifications.models.messages import EmailMessage, MailState, TrackingEvent
from notifications.models.suppressions import Suppression
from notifications.tracking import DeliveryReport, cause_of, report_from, state_after
from tests.cast import actor
from tests.races import at_once

POSTMARK = "/anymail/postmark/tracking/"
MAILGUN = "/anymail/mailgun/tracking/"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def mail(cast):
    return sent(cast.ben.email, cast.ben)


def sent(address: str, recipient=None) -> EmailMessage:
    return EmailMessage.objects.create(
        kind="account",
        recipient=recipient,
        to_address=address,
        state=MailState.SENT,
        sent_at=timezone.now(),
        provider_id="provider-1",
    )


def report(mail: EmailMessage, kind: str, **changes) -> DeliveryReport:
    values = {"key": str(uuid.uuid4()), "kind": kind, "happened_at": timezone.now(), "mail_id": mail.pk}
    return DeliveryReport(**values | changes)


def state_of(mail: EmailMessage) -> str:
    mail.refresh_from_db()
    return mail.state


def postmark(mail: EmailMessage, **changes) -> dict:
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 42,
        "MessageID": "provider-1",
        "Email": mail.to_address,
        "BouncedAt": "2026-11-02T09:00:00Z",
        "Description": "The server was unable to deliver your message",
        "Details": "smtp;550 5.1.1 No such user",
        "Metadata": {"mail": str(mail.pk)},
    } | changes


def tell(url: str, content: dict, login: str = "provider:a-secret") -> int:
    authorization = f"Basic {base64.b64encode(login.encode()).decode()}"
    response = Client(raise_request_exception=False).post(
        url, json.dumps(content), content_type="application/json", headers={"Authorization": authorization}
    )
    return response.status_code


def mailgun(mail: EmailMessage, event: str, key: str = "a-key", **changes) -> dict:
    stamp, token = str(int(time.time())), uuid.uuid4().hex
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    told = {
        "event": event,
        "timestamp": time.time(),
        "recipient": mail.to_address,
        "message": {"headers": {"message-id": mail.message_id.strip("<>")}},
    }
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": signature},
        "event-data": told | changes,
    }


# --- By HTTP ---


def test_hard_bounce_is_kept_and_stops_mail_to_the_address(mail, cast):
    assert tell(POSTMARK, postmark(mail)) == 200
    assert state_of(mail) == "bounced"
    assert "No such user" in mail.tracking.get().description
    standing = Suppression.objects.get()
    assert (standing.address, standing.cause, standing.mail) == (cast.ben.email, "bounce", mail)
    cast.ben.refresh_from_db()
    assert cast.ben.bouncing_since == datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_same_webhook_twice_counts_once(mail):
    for _ in range(2):
        assert tell(POSTMARK, postmark(mail)) == 200
    assert TrackingEvent.objects.count() == Suppression.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_same_webhook_in_two_threads_counts_once(mail):
    assert at_once(*[lambda: tell(POSTMARK, postmark(mail))] * 2) == [200, 200]
    assert TrackingEvent.objects.count() == Suppression.objects.count() == 1


def test_delivery_without_an_id_of_its_own_counts_once(mail):
    content = {
        "RecordType": "Delivery",
        "MessageID": "provider-1",
        "Recipient": mail.to_address,
        "DeliveredAt": "2026-11-02T09:00:00Z",
    }
    assert [tell(POSTMARK, content), tell(POSTMARK, content)] == [200, 200]
    assert state_of(mail) == "delivered"
    assert mail.tracking.count() == 1


def test_late_delivery_does_not_undo_a_bounce(mail):
    tell(POSTMARK, postmark(mail))
    tell(MAILGUN, mailgun(mail, "delivered"))
    assert state_of(mail) == "bounced"
    assert mail.tracking.count() == 2


def test_complaint_after_delivery(mail, cast):
    tell(MAILGUN, mailgun(mail, "delivered"))
    tell(MAILGUN, mailgun(mail, "complained"))
    assert state_of(mail) == "complained"
    assert Suppression.objects.get().cause == "complaint"
    cast.ben.refresh_from_db()
    assert cast.ben.bouncing_since is None


def test_deferral_is_kept_and_changes_nothing(mail):
    tell(MAILGUN, mailgun(mail, "failed", severity="temporary"))
    assert state_of(mail) == "sent"
    assert mail.tracking.get().kind == "deferred"
    assert not Suppression.objects.exists()


def test_who_opens_mails_is_not_kept(mail):
    assert tell(MAILGUN, mailgun(mail, "opened")) == 200
    assert not mail.tracking.exists()


@pytest.mark.parametrize("login", ["provider:wrong", "wrong:a-secret", ""])
def test_wrong_secret_is_refused(mail, login):
    assert tell(POSTMARK, postmark(mail), login) == 400
    assert state_of(mail) == "sent"
    assert not TrackingEvent.objects.exists()


def test_forged_signature_is_refused(mail):
    assert tell(MAILGUN, mailgun(mail, "complained", key="another")) == 400
    assert state_of(mail) == "sent"
    assert not TrackingEvent.objects.exists()


def test_signature_without_the_secret_is_refused(mail):
    assert tell(MAILGUN, mailgun(mail, "complained"), "") == 400
    assert state_of(mail) == "sent"


@pytest.mark.parametrize(
    "changes",
    [
        {"Metadata": {"mail": str(uuid.uuid4())}},
        {"Metadata": {"mail": "nonsense"}, "MessageID": "another"},
        {"Metadata": {}, "MessageID": None},
        {"Email": "someone@else.example"},
        {"Email": None, "Metadata": {}},
    ],
)
def test_unknown_mail_is_accepted_and_leaves_no_row(mail, changes):
    assert tell(POSTMARK, postmark(mail, **changes)) == 200
    assert state_of(mail) == "sent"
    assert not TrackingEvent.objects.exists()


def test_without_a_secret_no_webhook_is_there(settings):
    settings.ANYMAIL = {}
    try:
        assert importlib.reload(webhooks).urlpatterns == []
    finally:
        settings.ANYMAIL = {"WEBHOOK_SECRET": "x"}
        importlib.reload(webhooks)


def test_no_webhook_takes_incoming_mail():
    assert tell("/anymail/postmark/inbound/", {}) == 404


# --- Rules ---


def test_mail_is_found_by_the_providers_id_and_its_recipient(mail):
    told = report(mail, "delivered", mail_id=None, provider_id="provider-1", recipient="BEN@acme.example")
    assert record_report(told) == mail


def test_mail_is_found_by_its_message_id(mail):
    told = report(mail, "delivered", mail_id=None, message_id=mail.message_id)
    assert record_report(told) == mail


@pytest.mark.parametrize("name", ["<x@elsewhere.example>", "", "<@testserver>", "x" * 500])
def test_foreign_message_id_finds_nothing(mail, name):
    assert record_report(report(mail, "delivered", mail_id=None, message_id=name)) is None


def test_report_of_an_earlier_sending_changes_nothing(mail):
    EmailMessage.objects.update(resent_at=timezone.now())
    record_report(report(mail, "bounced", happened_at=timezone.now() - timedelta(hours=1)))
    assert state_of(mail) == "sent"
    assert mail.tracking.count() == 1


def test_mail_that_waits_again_stays_waiting(mail):
    EmailMessage.objects.update(state="queued", sent_at=None)
    record_report(report(mail, "delivered"))
    assert state_of(mail) == "queued"


def test_report_that_comes_while_the_mail_is_being_sent_counts_later(mail):
    EmailMessage.objects.update(state="sending", sent_at=None)
    record_report(report(mail, "bounced"))
    assert state_of(mail) == "sending"
    assert apply_early_reports(timezone.now()) == 0
    EmailMessage.objects.update(state="sent", sent_at=timezone.now())
    assert apply_early_reports(timezone.now()) == 1
    assert state_of(mail) == "bounced"
    assert apply_early_reports(timezone.now()) == 0


def test_bounce_after_lifting_suppresses_again(mail, cast):
    record_report(report(mail, "bounced"))
    remove_suppression(actor=actor(cast.fay), suppression=Suppression.objects.get())
    record_report(report(mail, "bounced", happened_at=timezone.now() - timedelta(hours=1)))
    assert not Suppression.objects.active().exists()
    record_report(report(mail, "bounced"))
    assert Suppression.objects.active().count() == 1
    cast.ben.refresh_from_db()
    assert cast.ben.bouncing_since


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        ("sent", "delivered", "delivered"),
        ("sent", "rejected", "bounced"),
        ("sent", "failed", "bounced"),
        ("sent", "queued", "sent"),
        ("delivered", "bounced", "bounced"),
        ("bounced", "delivered", "bounced"),
        ("complained", "bounced", "complained"),
        ("complained", "delivered", "complained"),
        ("queued", "bounced", "queued"),
        ("failed", "delivered", "failed"),
    ],
)
def test_state_never_goes_back(before, kind, after):
    assert state_after(before, kind) == after


@pytest.mark.parametrize(
    ("kind", "reason", "text", "cause"),
    [
        ("bounced", "bounced", "550 5.1.1 No such user", "bounce"),
        ("bounced", "", "", "bounce"),
        ("bounced", "bounced", "smtp;452 4.2.2 Mailbox full", None),
        ("bounced", "bounced", "Transient: MailboxFull", None),
        ("bounced", "bounced", "550 5.2.1 disabled, not temporarily", "bounce"),
        ("bounced", "timed_out", "", None),
        ("bounced", "blocked", "550 5.7.1 spam", None),
        ("rejected", "bounced", "", "bounce"),
        ("rejected", "invalid", "", "bounce"),
        ("rejected", "blocked", "", None),
        ("rejected", "spam", "", "complaint"),
        ("failed", "", "template error", None),
        ("failed", "", "550 5.1.1 No such user", "bounce"),
        ("complained", "", "", "complaint"),
        ("delivered", "", "250 2.0.0 ok", None),
        ("deferred", "", "550 5.1.1 strange", None),
    ],
)
def test_what_suppresses_an_address(kind, reason, text, cause):
    assert cause_of(DeliveryReport("k", kind, NOW, reject_reason=reason, text=text)) == cause


def test_nothing_of_an_event_is_trusted():
    event = AnymailTrackingEvent(event_type="bounced", event_id="x" * 500, metadata=None, description="a\0b")
    told = report_from(event, "Postmark", NOW)
    assert (told.happened_at, told.text, told.mail_id) == (NOW, "ab", None)
    assert len(told.key) <= 200


def test_instants_without_a_zone_are_utc():
    event = AnymailTrackingEvent(event_type="delivered", timestamp=NOW.replace(tzinfo=None))
    assert report_from(event, "Postmark", timezone.now()).happened_at == NOW


def test_events_with_an_id_of_their_own_are_told_apart_by_provider_and_kind():
    event = AnymailTrackingEvent(event_type="bounced", event_id="7")
    other = AnymailTrackingEvent(event_type="complained", event_id="7")
    assert (
        len(
            {
                report_from(event, "A", NOW).key,
                report_from(event, "B", NOW).key,
                report_from(other, "A", NOW).key,
            }
        )
        == 3
    )
