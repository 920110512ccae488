from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from supportcenter.outbox.dispatch import dispatch_due

HEARTBEAT_KEY = "worker-heartbeat"


@shared_task(name="outbox.dispatch", ignore_result=True)
def dispatch() -> int:
    """Hand due events to their subscribers."""
    return dispatch_due()


@shared_task(name="outbox.heartbeat", ignore_result=True, expires=30)
def heartbeat() -> None:
    """Leave a sign that beat, broker and a worker are all alive; ``/readyz`` looks for it."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=300)
