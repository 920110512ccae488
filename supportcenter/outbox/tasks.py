from functools import partial

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from supportcenter.optional_cache import unless_down
from supportcenter.outbox import dispatch as dispatching

HEARTBEAT_KEY = "heartbeat:{}"


def report_alive(worker: str) -> None:
    """Record that beat, the broker and a worker are alive, for ``/readyz``."""
    now = timezone.now().isoformat()
    unless_down(partial(cache.set, HEARTBEAT_KEY.format(worker), now, timeout=300), None)


@shared_task(name="outbox.dispatch", ignore_result=True)
def dispatch() -> int:
    """Deliver due events to their subscribers."""
    return dispatching.dispatch_due()


@shared_task(name="outbox.heartbeat", ignore_result=True)
def heartbeat() -> None:
    """Report that the worker of all tasks but mail is alive. Those of mail report when they look for it."""
    report_alive("worker")


@shared_task(name="outbox.prune", ignore_result=True)
def prune() -> int:
    """Delete old events that every subscriber has processed."""
    return dispatching.prune()
