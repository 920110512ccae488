"""Sending what waits: claim a batch, send over one connection, keep what the server said."""

import random
import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from notifications.mailer import Withheld, build
from notifications.models import WAITING, EmailMessage, MailState

logger = structlog.get_logger(__name__)

BATCH = 50
GIVE_UP_AFTER = timedelta(hours=24)
# What a server says of our set-up or of itself, not of the mail: it can be mended, and mail waits for it.
OUR_SETUP = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
# A worker that holds a mail for longer than this is taken for dead.
STUCK_AFTER = timedelta(minutes=10)


def deliver_due() -> int:
    """Send due mails until none is left; how many were tried."""
    count = 0
    while batch := _claim():
        _send_batch(batch)
        count += len(batch)
    return count


def free_stuck() -> int:
    """Give back mails that a dead worker had claimed; they are sent again under the same Message-ID."""
    now = timezone.now()
    return EmailMessage.objects.stuck_since(now - STUCK_AFTER).update(state=MailState.RETRY, due_at=now)


def oldest_waiting_at() -> datetime | None:
    """Since when the oldest delayed mail waits; None where none does, or only on purpose."""
    return EmailMessage.objects.oldest_waiting_since()


def _claim() -> Sequence[EmailMessage]:
    """Take due mails for this worker; no other worker gets the same ones."""
    with transaction.atomic():
        ids = list(
            EmailMessage.objects.due()
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:BATCH]
        )
        EmailMessage.objects.filter(pk__in=ids).update(state=MailState.SENDING, claimed_at=timezone.now())
    claimed = EmailMessage.objects.filter(pk__in=ids).order_by("due_at", "id")
    return list(
        claimed.select_related("recipient", "ticket", "activity__actor", "activity__comment", "event")
    )


def _send_batch(mails: Sequence[EmailMessage]) -> None:
    """Send a batch over one connection. If the server cannot be reached, the rest waits like the first."""
    connection = get_connection()
    try:
        for position, mail in enumerate(mails):
            try:
                connection.open()
            except OSError as error:  # smtplib's errors are OSErrors too
                for each in mails[position:]:
                    _failed(each, error)
                return
            with bound_contextvars(request_id=mail.event.request_id if mail.event else "", mail=str(mail.pk)):
                _send(mail, connection)
    finally:
        connection.close()


def _send(mail: EmailMessage, connection: BaseEmailBackend) -> None:
    """One attempt at one mail. Whatever goes wrong with it stays with it."""
    if not _still_ours(mail):
        return
    try:
        connection.send_messages([build(mail)])
    except Withheld as reason:
        _finish(mail, MailState.WITHHELD, str(reason))
    except Exception as error:  # noqa: BLE001 - a bad mail must not stop the others
        _failed(mail, error)
        connection.close()
    else:
        mail.sent_at = timezone.now()
        _finish(mail, MailState.SENT, "accepted")


def _still_ours(mail: EmailMessage) -> bool:
    """Renew the claim; False if it took so long that the sweep gave the mail to another worker."""
    now = timezone.now()
    renewed = EmailMessage.objects.filter(
        pk=mail.pk, state=MailState.SENDING, claimed_at=mail.claimed_at
    ).update(claimed_at=now)
    mail.claimed_at = now
    return bool(renewed)


def _failed(mail: EmailMessage, error: Exception) -> None:
    answer = f"{type(error).__name__}: {error}"
    if is_permanent(error) or timezone.now() - mail.asked_at > GIVE_UP_AFTER:
        logger.error("mail_failed", error=answer)
        _finish(mail, MailState.FAILED, answer)
        return
    logger.warning("mail_retried", error=answer, attempts=mail.attempts + 1)
    mail.due_at = timezone.now() + backoff(mail.attempts + 1)
    _finish(mail, MailState.RETRY, answer)


def _finish(mail: EmailMessage, state: MailState, answer: str) -> None:
    """Keep how the attempt ended. A sign-in mail that is over forgets its content: it may hold a link."""
    mail.state = state
    mail.answer = answer
    mail.attempts += 1
    if state not in WAITING and mail.kind == "account":
        mail.content = {}
    mail.save(update_fields=["state", "answer", "attempts", "due_at", "sent_at", "content"])


def is_permanent(error: Exception) -> bool:
    """Whether trying again is pointless: the server said 5xx (RFC 5321, section 4.2.1) to this mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, OUR_SETUP):
        return False
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def backoff(attempts: int) -> timedelta:
    """Wait before the next attempt: 15 s, 30 s, 1 min … at most an hour, give or take a fifth."""
    seconds = min(15 * 2 ** (attempts - 1), 3600)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
