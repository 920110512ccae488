"""Writers of what was told of sent mails."""

from datetime import datetime, timedelta
from functools import reduce

import structlog
from django.db import transaction
from django.utils import timezone

from notifications.actions.suppressions import suppress
from notifications.inbound.dsn import Dsn
from notifications.models.messages import EmailMessage, TrackingEvent
from notifications.tracking import STATES, Report, cause_of, report_of_dsn, state_after

logger = structlog.get_logger(__name__)

# For how long after a report its mail may still be on its way to being marked as sent.
EARLY = timedelta(hours=1)


@transaction.atomic
def record_report(report: Report) -> EmailMessage | None:
    """Keep what was told of a mail, once, and let it follow: its state, and the address being suppressed.

    The mail; None where the report names none of ours, or another recipient than the mail had.
    """
    found = EmailMessage.objects.named(
        mail_id=report.mail_id,
        message_id=report.message_id,
        provider_id=report.provider_id,
        recipient=report.recipient,
    )
    mail = found.select_for_update(of=("self",)).first() if found is not None else None
    if mail is None:
        logger.info("report_of_unknown_mail", kind=report.kind, key=report.key)
        return None
    _, is_new = TrackingEvent.objects.get_or_create(
        event_key=report.key,
        defaults={
            "mail": mail,
            "kind": report.kind[:20],
            "description": report.text,
            "happened_at": report.happened_at,
        },
    )
    if is_new:
        _follow(mail)
    cause = cause_of(report)
    if is_new and cause:
        suppress(mail=mail, cause=cause, detail=report.text, at=report.happened_at)
    return mail


def settle_early_reports(now: datetime) -> int:
    """Let reports count that came while their mail was still being sent; how many mails changed.

    Providers can be faster than the worker that waits for their answer.
    """
    early = EmailMessage.objects.reported_since(now - EARLY, list(STATES)).values_list("pk", flat=True)
    count = 0
    for pk in list(early):
        with transaction.atomic():
            count += _follow(EmailMessage.objects.select_for_update().get(pk=pk))
    return count


def _follow(mail: EmailMessage) -> bool:
    """Give a mail the state that its reports make; what was told of an earlier sending does not count."""
    told = mail.tracking.exclude(happened_at__lt=mail.resent_at) if mail.resent_at else mail.tracking.all()
    state = reduce(state_after, told.values_list("kind", flat=True), mail.state)
    changes = state != mail.state
    if changes:
        mail.state = state
        mail.save(update_fields=["state"])
    return changes


def record_dsn(dsn: Dsn) -> EmailMessage | None:
    """Keep what a mail server told of a mail, if it names one of ours by its Message-ID and its recipient."""
    now = timezone.now()
    reports = (report_of_dsn(dsn, recipient, now) for recipient in dsn.recipients)
    return next((mail for report in reports if (mail := record_report(report))), None)
