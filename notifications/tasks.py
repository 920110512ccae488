from celery import shared_task
from django.utils import timezone

from notifications import delivery, digest
from notifications.actions import tracking


@shared_task(name="notifications.deliver", ignore_result=True)
def deliver() -> int:
    """Send mail that is due."""
    return delivery.deliver_due()


@shared_task(name="notifications.free_stuck", ignore_result=True)
def free_stuck() -> int:
    """Give mails of a dead worker another chance."""
    return delivery.free_stuck()


@shared_task(name="notifications.compose_digests", ignore_result=True)
def compose_digests() -> int:
    """Put held mails that are due into digests."""
    return digest.compose_due(timezone.now())


@shared_task(name="notifications.settle_early_reports", ignore_result=True)
def settle_early_reports() -> int:
    """Let reports count that came before their mail was marked as sent."""
    return tracking.settle_early_reports(timezone.now())
