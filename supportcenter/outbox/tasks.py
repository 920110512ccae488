from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from supportcenter.outbox import dispatch as dispatching

HEARTBEAT_KEY = "worker-heartbeat"


@shared_task(name="outbox.dispatch", ignore_result=True)
def dispatch() -> int:
    """Deliver due events to their subscribers."""
    return dispatching.dispatch_due()


@shared_task(name="outbox.heartbeat", ignore_result=True)
def heartbeat() -> None:
    """Record that beat, the broker and a worker are alive, for ``/readyz``."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=300)


@shared_task(name="outbox.prune", ignore_result=True)
def prune() -> int:
    """Delete old events that every subscriber has processed."""
    return dispatching.prune()
