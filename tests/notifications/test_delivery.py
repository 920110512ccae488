import smtplib
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from notifications import delivery
from notifications.delivery import (
    STUCK_AFTER,
    backoff,
    deliver_due,
    free_stuck,
    is_permanent,
    oldest_waiting_at,
)
from notifications.models import EmailMessage

pytestmark = pytest.mark.django_db

NOBODY = smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"No such user")})
GREYLISTED = smtplib.SMTPRecipientsRefused({"a@b.example": (451, b"Try again later")})


@pytest.fixture
def row():
    return queued("a@b.example")


def queued(address: str) -> EmailMessage:
    content = {"subject": "Hello", "text": "Here is https://example.com/secret"}
    return EmailMessage.objects.create(kind="account", to_address=address, content=content)


@pytest.fixture
def server(monkeypatch):
    """Makes the mail server answer with an error to some addresses."""
    errors: dict[str, Exception] = {}
    send = EmailBackend.send_messages

    def answer(self, messages):
        if error := errors.get(messages[0].to[0]):
            raise error
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", answer)
    return errors


def test_sent_mail_is_marked_and_its_content_forgotten(row):
    assert deliver_due() == 1
    row.refresh_from_db()
    assert (row.state, row.attempts, row.content) == ("sent", 1, {})
    assert django_mail.outbox[0].extra_headers["Message-ID"] == row.message_id


def test_sent_mail_is_not_sent_again(row):
    deliver_due()
    assert deliver_due() == 0
    assert len(django_mail.outbox) == 1


@pytest.mark.parametrize(
    "error", [GREYLISTED, TimeoutError(), ConnectionRefusedError(), smtplib.SMTPServerDisconnected()]
)
def test_passing_failure_is_retried_with_the_same_message_id(row, server, error):
    server["a@b.example"] = error
    deliver_due()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("retry", 1)
    assert row.due_at > timezone.now()
    message_id = row.message_id
    server.clear()
    EmailMessage.objects.update(due_at=timezone.now())
    deliver_due()
    assert django_mail.outbox[0].extra_headers["Message-ID"] == message_id


def test_permanent_failure_ends_at_once_with_the_reason(row, server):
    server["a@b.example"] = NOBODY
    deliver_due()
    row.refresh_from_db()
    assert row.state == "failed"
    assert "No such user" in row.answer


def test_old_mail_is_given_up(row, server):
    server["a@b.example"] = TimeoutError()
    EmailMessage.objects.update(created_at=timezone.now() - timedelta(hours=25))
    deliver_due()
    row.refresh_from_db()
    assert row.state == "failed"


def test_one_bad_mail_does_not_stop_the_others(row, server):
    other = queued("c@d.example")
    server["a@b.example"] = ValueError("poison")
    deliver_due()
    other.refresh_from_db()
    assert other.state == "sent"


def test_unreachable_server_is_tried_once_a_batch(row, monkeypatch):
    tries = []

    def unreachable(self):
        tries.append(self)
        raise TimeoutError

    queued("c@d.example")
    monkeypatch.setattr(EmailBackend, "open", unreachable)
    deliver_due()
    assert len(tries) == 1
    assert set(EmailMessage.objects.values_list("state", "attempts")) == {("retry", 1)}


def test_failed_mail_forgets_its_content_too(row, server):
    server["a@b.example"] = NOBODY
    deliver_due()
    row.refresh_from_db()
    assert row.content == {}


def test_mail_of_a_dead_worker_is_freed(row):
    EmailMessage.objects.update(
        state="sending", claimed_at=timezone.now() - STUCK_AFTER - timedelta(seconds=1)
    )
    assert free_stuck() == 1
    assert deliver_due() == 1


def test_mail_of_a_living_worker_is_left_alone(row):
    EmailMessage.objects.update(state="sending", claimed_at=timezone.now())
    assert free_stuck() == 0
    assert deliver_due() == 0


def test_slow_worker_does_not_send_what_was_given_to_another(row, monkeypatch):
    claim = delivery._claim

    def slow_claim():
        claimed = claim()
        EmailMessage.objects.update(state="retry", due_at=timezone.now() + timedelta(hours=1))
        return claimed

    monkeypatch.setattr(delivery, "_claim", slow_claim)
    deliver_due()
    assert django_mail.outbox == []


def test_oldest_waiting_is_known(row):
    assert oldest_waiting_at() == row.due_at
    deliver_due()
    assert oldest_waiting_at() is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NOBODY, True),
        (GREYLISTED, False),
        (smtplib.SMTPDataError(554, b"Spam"), True),
        (smtplib.SMTPDataError(451, b"Later"), False),
        (smtplib.SMTPAuthenticationError(535, b"Bad password"), False),
        (smtplib.SMTPSenderRefused(550, b"Not your address", "support@x.example"), False),
        (OSError("unreachable"), False),
    ],
)
def test_what_is_permanent(error, expected):
    assert is_permanent(error) is expected


def test_backoff_stays_below_an_hour_and_a_fifth():
    assert all(backoff(attempts) <= timedelta(seconds=4320) for attempts in range(1, 60))
