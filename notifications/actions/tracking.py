"""Writers of what was told of sent mails."""

import structlog
from django.db import transaction
from django.utils import timezone

from notifications.actions.suppressions import suppress
from notifications.inbound.dsn import Dsn
from notifications.models import EmailMessage, TrackingEvent
from notifications.tracking import Report, cause_of, report_of_dsn, state_after

logger = structlog.get_logger(__name__)


@transaction.atomic
def record_report(report: Report) -> EmailMessage | None:
    """Keep what was told of a mail, once, and let it follow: its state, and the address being suppressed.

    The mail; None where the report names none of ours, or another recipient than the mail had.
    """
    found = EmailMessage.objects.named_in(report)
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
    # What is told of an earlier sending does not count for a later one.
    if is_new and not (mail.resent_at and report.happened_at < mail.resent_at):
        mail.state = state_after(mail.state, report.kind)
        mail.save(update_fields=["state"])
    cause = cause_of(report)
    if is_new and cause:
        suppress(mail=mail, cause=cause, detail=report.text, at=report.happened_at)
    return mail


def record_dsn(dsn: Dsn) -> EmailMessage | None:
    """Keep what a mail server told of a mail, if it names one of ours by its Message-ID and its recipient."""
    now = timezone.now()
    reports = (report_of_dsn(dsn, recipient, now) for recipient in dsn.recipients)
    return next((mail for report in reports if (mail := record_report(report))), None)
