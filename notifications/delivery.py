"""Sending what waits: claim a batch, send over one connection, keep what the server said.

A worker may die at any moment, even because of a mail. What it had claimed stays in the state "sending" until
the sweep finds it; the first of those was the one in hand. It is tried again alone, and given up when three
workers died of it.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from anymail.backends.base import AnymailBaseBackend
from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from notifications import bell, pacing
from notifications.batch import Batch
from notifications.digest import withhold_lines
from notifications.failures import MAX_ATTEMPTS, backoff, is_broken_line, is_permanent, is_refusal
from notifications.mailer import Withheld, build
from notifications.models.messages import TAKEN, WAITING, EmailMessage, MailState

logger = structlog.get_logger(__name__)

BATCH = 50
# Seconds after which a worker turns to other tasks; it has had somebody called for the rest.
SLICE = 1.0
# A mail is begun within this time of being claimed, or given back; nobody may send what was claimed long ago.
HOLD = timedelta(seconds=5)
# A worker that holds a mail for longer is taken for dead. More than `HOLD` and the slowest attempt together.
STUCK_AFTER = timedelta(minutes=3)
MAX_LOSSES = 3
# Connections that break one after the other until the server is taken for down.
MAX_BREAKS = 2
# Seconds for which an outcome is kept in memory while PostgreSQL cannot be reached.
SECONDS_TO_STORE = 30.0


class NothingSent(Exception):
    """The mail backend says that it sent nothing, and not why."""


def deliver_due() -> int:
    """Send due mails until none is left or its slice of time is over; how many were claimed."""
    server = get_connection()  # first: where the settings do not fit, nothing is claimed
    until = time.monotonic() + SLICE
    count = 0
    has_rung = False
    try:
        while batch := _claim():
            is_late = time.monotonic() > until
            # Once a run: an idle worker helps at once, a busy one goes on when we have stopped.
            if not has_rung and (is_late or len(batch) == pacing.batch_size(BATCH)):
                bell.deliver.ring()
                has_rung = True
            _Run(batch, server).send()
            count += len(batch)
            if is_late:
                break
    finally:
        _hang_up(server)
    return count


def free_stuck() -> int:
    """Give back mails that a dead worker had claimed; how many.

    They are sent again under the same Message-ID. The first of each batch was being sent when the worker
    died, so it may be the reason; it waits a little, and fails in the end.
    """
    now = timezone.now()
    with transaction.atomic():
        found = EmailMessage.objects.stuck_since(now - STUCK_AFTER).order_by("due_at", "id")
        stuck = list(found.select_for_update(skip_locked=True))
        in_hand: dict[datetime | None, EmailMessage] = {}
        for mail in stuck:
            in_hand.setdefault(mail.claimed_at, mail)
            if in_hand[mail.claimed_at] == mail:
                _blame(mail)
            else:
                EmailMessage.objects.filter(pk=mail.pk).update(state=MailState.RETRY)
    return len(stuck)


def oldest_waiting_at() -> datetime | None:
    """Since when the oldest delayed mail waits; None where none does, or only on purpose."""
    return EmailMessage.objects.oldest_waiting_since()


def _claim() -> Sequence[EmailMessage]:
    """Take due mails for this worker, or one that may be dangerous; no other worker gets the same ones."""
    now = timezone.now()
    with transaction.atomic():
        due = EmailMessage.objects.due().select_for_update(skip_locked=True)
        taken = list(due.harmless()[: pacing.batch_size(BATCH)]) or list(due.suspect()[:1])
        ids = [mail.pk for mail in taken]
        EmailMessage.objects.filter(pk__in=ids).update(state=MailState.SENDING, claimed_at=now)
    claimed = EmailMessage.objects.filter(pk__in=ids).order_by("due_at", "id")
    return list(
        claimed.select_related(
            "recipient", "ticket__organization", "activity__actor", "activity__comment__author", "event"
        )
    )


class _Run:
    """Claimed mails on their way to the server, in order."""

    def __init__(self, mails: Sequence[EmailMessage], server: BaseEmailBackend) -> None:
        self.left = deque(mails)
        self.server = server
        self.batch = Batch(mails)
        self.first_at = pacing.book(len(mails))
        self.breaks = 0

    def send(self) -> None:
        """Send them all; if the server cannot be reached, the rest waits like the one that found out."""
        for position in range(len(self.left)):
            pacing.wait_for(self.first_at, position)
            if timezone.now() - self.first_at > HOLD:
                return self._give_back()
            try:
                self.server.open()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is not the mail's fault
                return self._put_off(error)
            failure = self._send_next()
            self.breaks = self.breaks + 1 if failure and is_broken_line(failure) else 0
            if failure and self.breaks == MAX_BREAKS:
                return self._put_off(failure)
        return None

    def _send_next(self) -> Exception | None:
        """One attempt at one mail. Whatever goes wrong with it stays with it; what that was."""
        mail = self.left.popleft()
        with bound_contextvars(request_id=mail.event.request_id if mail.event else "", mail=str(mail.pk)):
            try:
                message = self._hand_over(mail)
            except Withheld as reason:
                _finish(mail, MailState.WITHHELD, str(reason))
            except Exception as error:  # noqa: BLE001 - a bad mail must not stop the others
                if not is_refusal(error):
                    _hang_up(self.server)
                _failed(mail, error)
                return error
            else:
                mail.sent_at = timezone.now()
                mail.provider_id = _provider_id(message)
                _finish(mail, MailState.SENT, _answer(message))
                self.batch.was_sent(mail)
        return None

    def _hand_over(self, mail: EmailMessage) -> DjangoMessage:
        if mail.kind == "digest":
            withhold_lines(mail, self.batch)
        message = build(mail, self.batch)
        if isinstance(self.server, AnymailBaseBackend):
            message.metadata = {"mail": str(mail.pk)}  # type: ignore[attr-defined]
        if not self.server.send_messages([message]):
            raise NothingSent
        return message

    def _give_back(self) -> None:
        """Let somebody else have the rest, at once and as if it had never been claimed."""
        ids = [mail.pk for mail in self.left]
        _store(lambda: EmailMessage.objects.filter(pk__in=ids).update(state=MailState.RETRY))

    def _put_off(self, error: Exception) -> None:
        while self.left:
            _failed(self.left.popleft(), error)


def _answer(message: DjangoMessage) -> str:
    """What server or provider said of a mail that it took."""
    status = getattr(getattr(message, "anymail_status", None), "status", None)
    said = getattr(message, "smtp_answer", "") or ", ".join(sorted(each for each in status or () if each))
    return said or "accepted"


def _provider_id(message: DjangoMessage) -> str:
    found = getattr(getattr(message, "anymail_status", None), "message_id", None)
    return "" if found is None or isinstance(found, set) else str(found)[:200]


def _failed(mail: EmailMessage, error: Exception) -> None:
    answer = f"{type(error).__name__}: {error}"
    if is_permanent(error) or mail.attempts + 1 >= MAX_ATTEMPTS:
        logger.error("mail_failed", error=answer)
        _finish(mail, MailState.FAILED, answer)
        return
    logger.warning("mail_retried", error=answer, attempts=mail.attempts + 1)
    mail.due_at = timezone.now() + backoff(mail.attempts + 1)
    _finish(mail, MailState.RETRY, answer)


def _blame(mail: EmailMessage) -> None:
    """Note that a worker died while it sent this mail."""
    mail.losses += 1
    logger.error("mail_lost_its_worker", mail=str(mail.pk), losses=mail.losses)
    mail.due_at = timezone.now() + backoff(mail.losses)
    state = MailState.FAILED if mail.losses >= MAX_LOSSES else MailState.RETRY
    _finish(mail, state, f"{mail.losses} workers died while sending this mail.")


def _finish(mail: EmailMessage, state: MailState, answer: str) -> None:
    """Keep how the attempt ended. A sign-in mail that is over forgets its content: it may hold a link."""
    mail.state = state
    mail.answer = answer
    mail.attempts += 1
    if state not in WAITING and mail.kind == "account":
        mail.content = {}
    kept = ["state", "answer", "attempts", "losses", "due_at", "sent_at", "provider_id", "content"]
    values = {name: getattr(mail, name) for name in kept}
    # The provider may tell that it was delivered before we have noted that it was sent.
    row = EmailMessage.objects.filter(pk=mail.pk).exclude(state__in=TAKEN)
    _store(lambda: row.update(**values))


def _store(write: Callable[[], object]) -> None:
    """Write, and go on trying while PostgreSQL is away: an outcome that is lost has a mail sent twice."""
    give_up_at = time.monotonic() + SECONDS_TO_STORE
    while True:
        try:
            write()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > give_up_at:
                raise
            connection.close()
            time.sleep(0.2)
        else:
            return


def _hang_up(server: BaseEmailBackend) -> None:
    """Close the connection, if there is one; a server that is gone hears no goodbye."""
    with suppress(OSError):
        server.close()
