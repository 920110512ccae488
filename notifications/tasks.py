from celery import shared_task

from notifications import delivery


@shared_task(name="notifications.deliver", ignore_result=True)
def deliver() -> int:
    """Send mail that is due."""
    return delivery.deliver_due()


@shared_task(name="notifications.free_stuck", ignore_result=True)
def free_stuck() -> int:
    """Give mails of a dead worker another chance."""
    return delivery.free_stuck()
