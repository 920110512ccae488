"""Recording delivery reports."""

from datetime import datetime, timedelta
from functools import reduce

import structlog
from django.db import transaction
from django.utils import timezone

from notifications.actions.suppressions import suppress
from notifications.inbound.dsn import Dsn
from notifications.models.messages import EmailMessage, TrackingEvent
from notifications.tracking import STATES, DeliveryReport, cause_of, report_from_dsn, state_after

logger = structlog.get_logger(__name__)

# For how long after a report its mail may still not be marked as sent.
EARLY = timedelta(hours=1)


@transaction.atomic
def record_report(report: DeliveryReport) -> EmailMessage | None:
    """Record a report once, update the mail's state, and suppress the address if need be.

    Return the mail; None if the report is about none of ours, or names another recipient than the mail had.
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
        _update_state(mail)
    cause = cause_of(report)
    if is_new and cause:
        suppress(mail=mail, cause=cause, detail=report.text, at=report.happened_at)
    return mail


def apply_early_reports(now: datetime) -> int:
    """Apply reports that came while their mail was still being sent; return how many mails changed.

    A provider's webhook can be faster than its reply to the worker.
    """
    early = EmailMessage.objects.reported_since(now - EARLY, list(STATES)).values_list("pk", flat=True)
    count = 0
    for pk in list(early):
        with transaction.atomic():
            count += _update_state(EmailMessage.objects.select_for_update().get(pk=pk))
    return count


def _update_state(mail: EmailMessage) -> bool:
    """Set a mail's state from its reports, ignoring those about an earlier sending."""
    reports = mail.tracking.all()
    if mail.resent_at:
        reports = reports.exclude(happened_at__lt=mail.resent_at)
    state = reduce(state_after, reports.values_list("kind", flat=True), mail.state)
    is_changed = state != mail.state
    if is_changed:
        mail.state = state
        mail.save(update_fields=["state"])
    return is_changed


def record_dsn(dsn: Dsn) -> EmailMessage | None:
    """Record what a mail server reports, if it names one of our mails by its Message-ID and recipient."""
    now = timezone.now()
    reports = (report_from_dsn(dsn, recipient, now) for recipient in dsn.recipients)
    return next((mail for report in reports if (mail := record_report(report))), None)
