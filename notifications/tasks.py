from celery import shared_task
from django.utils import timezone

from notifications import delivery, digest
from notifications.actions import inbound, tracking
from notifications.models.inbound import InboundMail
from supportcenter.outbox.tasks import report_alive


@shared_task(name="notifications.deliver", ignore_result=True)
def deliver() -> int:
    """Send mail that is due."""
    report_alive("delivery")
    return delivery.deliver_due()


@shared_task(name="notifications.deliver_urgent", ignore_result=True)
def deliver_urgent() -> int:
    """Send sign-in and escalation mail that is due."""
    report_alive("urgent_delivery")
    return delivery.deliver_urgent()


@shared_task(name="notifications.release_stuck", ignore_result=True)
def release_stuck() -> int:
    """Release mails that a dead worker had claimed."""
    return delivery.release_stuck()


@shared_task(name="notifications.compose_digests", ignore_result=True)
def compose_digests() -> int:
    """Compose digests of held mails that are due."""
    return digest.compose_due(timezone.now())


@shared_task(name="notifications.process_inbound", ignore_result=True)
def process_inbound(pk: str) -> None:
    """Process a mail that came in."""
    inbound.process(InboundMail.objects.get(pk=pk))


@shared_task(name="notifications.process_waiting_inbound", ignore_result=True)
def process_waiting_inbound() -> int:
    """Process mails that came in and whose task was lost."""
    return inbound.process_waiting()


@shared_task(name="notifications.apply_early_reports", ignore_result=True)
def apply_early_reports() -> int:
    """Apply reports that came before their mail was marked as sent."""
    return tracking.apply_early_reports(timezone.now())
