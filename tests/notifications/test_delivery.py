import smtplib
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from notifications import delivery, throttle
from notifications.batch import Batch
from notifications.claims import Claim, claiming, living
from notifications.delivery import STUCK_AFTER, deliver_due, deliver_urgent, release_stuck
from notifications.failures import MAX_ATTEMPTS
from notifications.models.messages import EmailMessage, Lane
from notifications.models.suppressions import Suppression
from notifications.models.throttle import SendingThrottle

pytestmark = pytest.mark.django_db

NOBODY = smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"No such user")})
GREYLISTED = smtplib.SMTPRecipientsRefused({"a@b.example": (451, b"Try again later")})


@pytest.fixture
def row():
    return queued("a@b.example")


def queued(address: str, kind: str = "account", **values) -> EmailMessage:
    content = {"subject": "Hello", "text": "Here is https://example.com/secret"}
    return EmailMessage.objects.create(kind=kind, to_address=address, content=content, **values)


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
    assert "No such user" in row.detail


def test_mail_is_given_up_after_a_day_of_trying(row, server):
    server["a@b.example"] = TimeoutError()
    EmailMessage.objects.update(attempts=MAX_ATTEMPTS - 1)
    deliver_due()
    row.refresh_from_db()
    assert row.state == "failed"


def test_mail_that_waited_long_for_its_first_attempt_is_retried(row, server):
    server["a@b.example"] = TimeoutError()
    EmailMessage.objects.update(created_at=timezone.now() - timedelta(hours=30))
    deliver_due()
    row.refresh_from_db()
    assert row.state == "retry"


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


def claimed(claim: Claim) -> list[EmailMessage]:
    return list(delivery._claim(EmailMessage.objects.due(), claim))


def worker_died() -> None:
    """As if a worker had claimed all due mails and died over the first."""
    with claiming("delivery") as claim:
        claimed(claim)
    release_stuck()


def test_mails_of_a_dead_worker_are_freed_and_the_one_in_hand_waits(row):
    other = queued("c@d.example")
    worker_died()
    row.refresh_from_db()
    assert (row.state, row.crashes, row.due_at > timezone.now()) == ("retry", 1, True)
    assert deliver_due() == 1
    other.refresh_from_db()
    assert (other.state, other.crashes) == ("sent", 0)


def test_mail_over_which_three_workers_died_has_failed(row):
    for _ in range(3):
        EmailMessage.objects.update(due_at=timezone.now())
        worker_died()
    row.refresh_from_db()
    assert (row.state, row.content) == ("failed", {})
    assert row.detail == "3 workers died while sending this mail."


def test_mail_over_which_a_worker_died_is_tried_alone(row, monkeypatch):
    EmailMessage.objects.update(crashes=1)
    queued("c@d.example")
    with claiming("delivery") as claim:
        assert [len(claimed(claim)), len(claimed(claim)), len(claimed(claim))] == [1, 1, 0]


def test_mail_of_a_living_worker_is_left_alone(row):
    with claiming("delivery") as claim:
        claimed(claim)
        assert release_stuck() == 0
        assert deliver_due() == 0


def test_mail_of_a_machine_that_vanished_is_freed_after_minutes(row):
    with claiming("delivery") as claim:
        claimed(claim)
        EmailMessage.objects.update(claimed_at=timezone.now() - STUCK_AFTER)
        assert release_stuck() == 1


def test_claims_are_known_by_worker_until_they_end():
    with claiming("delivery") as one, claiming("urgent_delivery") as other:
        assert (living("delivery"), living("urgent_delivery")) == ({one.number}, {other.number})
        assert living() == {one.number, other.number}
    assert living() == set()


def test_worker_that_lost_its_claim_leaves_the_rest_to_others(row, monkeypatch):
    """PostgreSQL restarts while the first mail is sent, and another worker claims the second."""
    other = queued("c@d.example")
    send = EmailBackend.send_messages

    def lose_claim(self, messages):
        EmailMessage.objects.filter(pk=other.pk).update(claim=1)
        monkeypatch.setattr(Claim, "is_lost", True)
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", lose_claim)
    deliver_due()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")  # as the end of the session would have done
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, other.state) == ("sent", "sending")


def test_urgent_mail_is_sent_first_and_bulk_last(monkeypatch):
    monkeypatch.setattr(delivery, "BATCH_SIZE", 1)
    for name, lane in [("bulk", Lane.BULK), ("normal", Lane.NORMAL), ("urgent", Lane.URGENT)]:
        queued(f"{name}@b.example", lane=lane)
    deliver_due()
    sent = [mail.to[0].partition("@")[0] for mail in django_mail.outbox]
    assert sent == ["urgent", "normal", "bulk"]


def test_worker_of_urgent_mail_sends_nothing_else(row):
    urgent = queued("c@d.example", lane=Lane.URGENT)
    assert deliver_urgent() == 1
    assert [mail.to[0] for mail in django_mail.outbox] == [urgent.to_address]


def test_worker_that_was_held_up_gives_its_mails_back_unsent(row, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "CLAIM_LASTS", timedelta(seconds=-1))
        patch.setattr(delivery, "MAX_SECONDS", -1)
        patch.setattr(delivery.nudge.deliver, "send", lambda: None)
        deliver_due()
    row.refresh_from_db()
    assert django_mail.outbox == []
    assert (row.state, row.attempts) == ("retry", 0)
    assert deliver_due() == 1


def test_server_that_hangs_up_twice_is_presumed_down(server):
    rows = [queued(f"{name}@b.example") for name in "abcd"]
    server.update({mail.to_address: smtplib.SMTPServerDisconnected() for mail in rows[:2]})
    deliver_due()
    assert set(EmailMessage.objects.values_list("state", "attempts")) == {("retry", 1)}


def test_worker_turns_to_other_tasks_and_is_called_again(row, monkeypatch):
    nudges = []
    monkeypatch.setattr(delivery, "MAX_SECONDS", -1)
    monkeypatch.setattr(delivery.nudge.deliver, "send", lambda: nudges.append(1))
    assert deliver_due() == 1
    assert nudges == [1]


def test_suppressed_address_gets_nothing(cast):
    Suppression.objects.create(address="a@b.example", cause="complaint")
    row = queued("A@b.example", kind="invoice_issued")
    deliver_due()
    row.refresh_from_db()
    assert django_mail.outbox == []
    assert row.state == "withheld"
    assert row.detail == "The address is suppressed: reported as spam."


def test_suppressed_address_gets_what_its_owner_asks_for(row):
    Suppression.objects.create(address="a@b.example", cause="bounce")
    deliver_due()
    assert len(django_mail.outbox) == 1


def test_removed_suppression_withholds_nothing(row):
    Suppression.objects.create(address="a@b.example", cause="bounce", removed_at=timezone.now())
    assert Batch([row]).suppression_of(row) == ""


def test_news_from_the_provider_are_not_overwritten(row, monkeypatch):
    """A webhook can be faster than our own note that the mail was sent."""
    send = EmailBackend.send_messages

    def deliver_and_tell(self, messages):
        EmailMessage.objects.update(state="delivered", sent_at=timezone.now())
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", deliver_and_tell)
    deliver_due()
    row.refresh_from_db()
    assert row.state == "delivered"


def test_wrong_settings_claim_nothing(row, settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    with pytest.raises(ImproperlyConfigured):
        deliver_due()
    row.refresh_from_db()
    assert row.state == "queued"


def test_what_a_provider_said_is_kept(row, settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    deliver_due()
    row.refresh_from_db()
    sent = django_mail.outbox[0]
    assert (row.state, row.detail) == ("sent", "sent")
    assert row.provider_id == str(sent.anymail_status.message_id)
    assert sent.metadata == {"mail": str(row.pk)}


def test_no_metadata_without_a_provider(row):
    deliver_due()
    assert not hasattr(django_mail.outbox[0], "metadata")


def test_pace_holds_over_all_workers(settings):
    settings.MAIL_PER_SECOND = 4
    first, second = throttle.reserve(4), throttle.reserve(4)
    assert second - first == timedelta(seconds=1)
    assert throttle.batch_size(50) == 4


def test_no_mail_goes_out_before_its_moment(settings):
    settings.MAIL_PER_SECOND = 20
    rows = [queued(f"{name}@b.example") for name in "abc"]
    deliver_due()
    rows[2].refresh_from_db()
    assert rows[2].sent_at >= SendingThrottle.objects.get().next_at - timedelta(seconds=1 / 20)


def test_oldest_waiting_is_known(row):
    assert EmailMessage.objects.oldest_delayed_since() == row.due_at
    deliver_due()
    assert EmailMessage.objects.oldest_delayed_since() is None
