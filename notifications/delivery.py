"""Sending due mail: claim a batch, send it over one connection, record the server's replies.

A worker may die at any moment, even because of a mail. The mails that it claimed stay in the state "sending"
until the sweep finds that its claim has ended. The first of them was being sent, so it is suspect: it is
retried alone, and fails after three workers died while sending it.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from anymail.backends.base import AnymailBaseBackend
from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from notifications import nudge, throttle
from notifications.batch import Batch
from notifications.claims import Claim, claiming, living
from notifications.digest import withhold_lines
from notifications.failures import MAX_ATTEMPTS, backoff, is_connection_lost, is_permanent, is_refusal
from notifications.mailer import Withheld, build
from notifications.models.messages import ACCEPTED, WAITING, EmailMessage, EmailMessageQuerySet, MailState
from supportcenter.outbox.nudge import Nudge

logger = structlog.get_logger(__name__)

BATCH_SIZE = 50
# Seconds after which a worker turns to other tasks; by then it has nudged another for the rest.
MAX_SECONDS = 1.0
# A mail that is not started within this time of being claimed is released: what is urgent comes first then.
CLAIM_LASTS = timedelta(seconds=5)
# A worker that has a mail for longer is considered dead, even if its claim has not ended: a machine that lost
# its network or power leaves its database session behind. More than `CLAIM_LASTS` plus the slowest attempt.
STUCK_AFTER = timedelta(minutes=3)
MAX_CRASHES = 3
# Consecutive broken connections after which the server is considered down.
MAX_BREAKS = 2
# Seconds for which a result is kept in memory while PostgreSQL can't be reached.
SECONDS_TO_SAVE = 30.0


class NothingSent(Exception):
    """The mail backend sent nothing and gave no reason."""


def deliver_due() -> int:
    """Send due mails until none is left or the time is up; return how many were claimed."""
    return _deliver("delivery", EmailMessage.objects.due, nudge.deliver)


def deliver_urgent() -> int:
    """Send only what is urgent, for a worker that nothing else keeps waiting."""
    return _deliver("urgent_delivery", lambda: EmailMessage.objects.due().urgent(), nudge.deliver_urgent)


def _deliver(worker: str, due: Callable[[], EmailMessageQuerySet], again: Nudge) -> int:
    server = get_connection()  # first: with wrong settings, nothing is claimed
    until = time.monotonic() + MAX_SECONDS
    count = 0
    has_rung = is_late = False
    try:
        while not is_late:
            with claiming(worker) as claim:
                batch = _claim(due(), claim)
                if not batch:
                    break
                is_late = time.monotonic() > until
                # Once a run: an idle worker helps at once, a busy one continues when this one has stopped.
                if not has_rung and (is_late or len(batch) == throttle.batch_size(BATCH_SIZE)):
                    again.send()
                    has_rung = True
                _Run(batch, server, claim).send()
                count += len(batch)
    finally:
        _close(server)
    return count


def release_stuck() -> int:
    """Release mails that a dead worker had claimed; return how many.

    They are sent again under the same Message-ID. The first of each claim was being sent when the worker died
    and may be the cause, so it is marked as suspect.
    """
    # In this order: a claim that begins later has none of the mails that were found.
    claims = set(EmailMessage.objects.sending().values_list("claim", flat=True))
    ended = claims - living() if claims else claims
    with transaction.atomic():
        found = EmailMessage.objects.stuck(ended, timezone.now() - STUCK_AFTER).in_order()
        stuck = list(found.select_for_update(skip_locked=True))
        being_sent: dict[int | None, EmailMessage] = {}
        for mail in stuck:
            if being_sent.setdefault(mail.claim, mail) == mail:
                _mark_suspect(mail)
            else:
                EmailMessage.objects.filter(pk=mail.pk).update(state=MailState.RETRY)
        if stuck:
            nudge.deliver.send_on_commit()
    return len(stuck)


def _claim(due: EmailMessageQuerySet, claim: Claim) -> Sequence[EmailMessage]:
    """Claim due mails for this worker, or a single suspect one; no other worker gets the same ones."""
    now = timezone.now()
    with transaction.atomic():
        free = due.select_for_update(skip_locked=True)
        others = free.not_suspect().values_list("pk", flat=True)[: throttle.batch_size(BATCH_SIZE)]
        ids = list(others) or list(free.suspect().values_list("pk", flat=True)[:1])
        EmailMessage.objects.filter(pk__in=ids).update(
            state=MailState.SENDING, claim=claim.number, claimed_at=now
        )
    mails = EmailMessage.objects.filter(pk__in=ids).in_order()
    mails = mails.select_related(
        "recipient", "ticket__organization", "activity__actor", "activity__comment__author", "event"
    )
    for mail in mails:
        _use_present_address(mail)
    return list(mails)


def _use_present_address(mail: EmailMessage) -> None:
    """Send a mail to the address that its recipient has now; hours may have passed since it was queued.

    Mail about an account goes where it was asked for, such as to an address that is to be confirmed.
    """
    if mail.recipient is None or mail.kind == "account" or mail.to_address == mail.recipient.email:
        return
    mail.to_address = mail.recipient.email
    with suppress(IntegrityError), transaction.atomic():  # while another mail of the event has that address
        EmailMessage.objects.filter(pk=mail.pk).update(to_address=mail.to_address)


class _Run:
    """Sends claimed mails in order."""

    def __init__(self, mails: Sequence[EmailMessage], server: BaseEmailBackend, claim: Claim) -> None:
        self.left = deque(mails)
        self.server = server
        self.claim = claim
        self.batch = Batch(mails)
        self.first_at = throttle.reserve(len(mails))
        self.breaks = 0

    def send(self) -> None:
        """Send them all. If the server can't be reached, postpone the rest like the one that failed."""
        for position in range(len(self.left)):
            throttle.wait_for(self.first_at, position)
            if self.claim.is_lost or timezone.now() - self.first_at > CLAIM_LASTS:
                return self._release()
            try:
                self.server.open()
            except Exception as error:  # noqa: BLE001 - whatever it is, the mail is not the cause
                return self._postpone(error)
            failure = self._send_next()
            self.breaks = self.breaks + 1 if failure and is_connection_lost(failure) else 0
            if failure and self.breaks == MAX_BREAKS:
                return self._postpone(failure)
        return None

    def _send_next(self) -> Exception | None:
        """Make one attempt at one mail; return the error, if any, which must not affect other mails."""
        mail = self.left.popleft()
        with bound_contextvars(request_id=mail.event.request_id if mail.event else "", mail=str(mail.pk)):
            try:
                message = self._deliver(mail)
            except Withheld as reason:
                _finish(mail, MailState.WITHHELD, str(reason))
            except Exception as error:  # noqa: BLE001 - a bad mail must not stop the others
                if not is_refusal(error):
                    _close(self.server)
                _failed(mail, error)
                return error
            else:
                mail.sent_at = timezone.now()
                mail.provider_id = _provider_id(message)
                _finish(mail, MailState.SENT, _reply_to(message))
                self.batch.was_sent(mail)
        return None

    def _deliver(self, mail: EmailMessage) -> DjangoMessage:
        if mail.kind == "digest":
            withhold_lines(mail, self.batch)
        message = build(mail, self.batch)
        if isinstance(self.server, AnymailBaseBackend):
            message.metadata = {"mail": str(mail.pk)}  # type: ignore[attr-defined]
        if not self.server.send_messages([message]):
            raise NothingSent
        return message

    def _release(self) -> None:
        """Release the rest for another worker, as if it had never been claimed."""
        ids = [mail.pk for mail in self.left]
        ours = EmailMessage.objects.sending().filter(pk__in=ids, claim=self.claim.number)
        _save(lambda: ours.update(state=MailState.RETRY))

    def _postpone(self, error: Exception) -> None:
        if self.claim.is_lost:
            return self._release()
        while self.left:
            _failed(self.left.popleft(), error)
        return None


def _reply_to(message: DjangoMessage) -> str:
    """Return what the server or provider replied to a mail that it accepted."""
    status = getattr(getattr(message, "anymail_status", None), "status", None)
    reply = getattr(message, "smtp_reply", "") or ", ".join(sorted(each for each in status or () if each))
    return reply or "accepted"


def _provider_id(message: DjangoMessage) -> str:
    found = getattr(getattr(message, "anymail_status", None), "message_id", None)
    return "" if found is None or isinstance(found, set) else str(found)[:200]


def _failed(mail: EmailMessage, error: Exception) -> None:
    detail = f"{type(error).__name__}: {error}"
    if is_permanent(error) or mail.attempts + 1 >= MAX_ATTEMPTS:
        logger.error("mail_failed", error=detail)
        _finish(mail, MailState.FAILED, detail)
        return
    logger.warning("mail_retried", error=detail, attempts=mail.attempts + 1)
    mail.due_at = timezone.now() + backoff(mail.attempts + 1)
    _finish(mail, MailState.RETRY, detail)


def _mark_suspect(mail: EmailMessage) -> None:
    """Record that a worker died while sending this mail."""
    mail.crashes += 1
    logger.error("mail_lost_its_worker", mail=str(mail.pk), crashes=mail.crashes)
    mail.due_at = timezone.now() + backoff(mail.crashes)
    state = MailState.FAILED if mail.crashes >= MAX_CRASHES else MailState.RETRY
    _finish(mail, state, f"{mail.crashes} workers died while sending this mail.")


def _finish(mail: EmailMessage, state: MailState, detail: str) -> None:
    """Save how an attempt ended. Empty a sign-in mail that is done: its content may contain a link."""
    mail.state = state
    mail.detail = detail
    mail.attempts += 1
    if state not in WAITING and mail.kind == "account":
        mail.content = {}
    names = ["state", "detail", "attempts", "crashes", "due_at", "sent_at", "provider_id", "content"]
    values = {name: getattr(mail, name) for name in names}
    # The provider may report the delivery before we have recorded that the mail was sent.
    row = EmailMessage.objects.filter(pk=mail.pk).exclude(state__in=ACCEPTED)
    _save(lambda: row.update(**values))


def _save(write: Callable[[], object]) -> None:
    """Write, retrying while PostgreSQL can't be reached: without the result the mail would be sent twice."""
    give_up_at = time.monotonic() + SECONDS_TO_SAVE
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


def _close(server: BaseEmailBackend) -> None:
    """Close the connection, if any; a server that is down can't answer."""
    with suppress(OSError):
        server.close()
