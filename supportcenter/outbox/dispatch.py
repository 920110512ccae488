"""Run subscribers: claim a delivery, run it, mark it done; on failure back off, and finally give up."""

import time
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from supportcenter.outbox import registry
from supportcenter.outbox.models import DeliveryState, OutboxDelivery, OutboxMessage

logger = structlog.get_logger(__name__)

MAX_ATTEMPTS = 12
# Seconds after which a worker turns to other tasks. Beat calls another for the rest, as often: one slot of a
# worker handles any number of events, and the others are free.
SLICE = 2.0
# How long an event is stored after all its deliveries are done. One with an undone delivery stays.
KEPT_FOR = timedelta(days=30)


def backoff(attempts: int) -> timedelta:
    """Return the wait after the n-th failure: 2 s, 4 s, 8 s … at most an hour; over an hour in total."""
    return timedelta(seconds=min(2**attempts, 3600))


def dispatch_due() -> int:
    """Run due deliveries until none is left or the time slice has passed; return how many ran."""
    until, count = time.monotonic() + SLICE, 0
    while _dispatch_one():
        count += 1
        if time.monotonic() > until:
            break
    return count


def prune() -> int:
    """Delete events older than thirty days whose deliveries are all done. Return the number of rows."""
    old = OutboxMessage.objects.filter(occurred_at__lt=timezone.now() - KEPT_FOR)
    return old.exclude(deliveries__in=OutboxDelivery.objects.exclude(state=DeliveryState.DONE)).delete()[0]


def _dispatch_one() -> bool:
    """Claim one due delivery and run it. Return False if none is due."""
    delivery = _claim()
    if delivery is None:
        return False
    with bound_contextvars(request_id=delivery.message.request_id, event=delivery.message.name):
        _run(delivery)
    return True


def _claim() -> OutboxDelivery | None:
    """Claim the next due delivery and count the attempt, in a separate transaction.

    The count and the wait survive a worker that the subscriber kills. A delivery that kills every worker is
    marked dead.
    """
    now = timezone.now()
    with transaction.atomic():
        due = OutboxDelivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=now)
        locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("message")
        delivery = locked.order_by("-is_urgent", "due_at", "id").first()
        if delivery is not None:
            delivery.attempts += 1
            delivery.due_at = now + backoff(delivery.attempts)
            delivery.save(update_fields=["attempts", "due_at"])
    return delivery


def _run(claimed: OutboxDelivery) -> None:
    """Run the subscriber with its row locked, so that no other worker runs it, however long it takes."""
    with transaction.atomic():
        mine = OutboxDelivery.objects.filter(
            pk=claimed.pk, state=DeliveryState.PENDING, attempts=claimed.attempts
        )
        delivery = mine.select_for_update(skip_locked=True, of=("self",)).select_related("message").first()
        if delivery is None:  # claimed again, because we took longer than the wait to get here
            return
        if delivery.attempts > MAX_ATTEMPTS:
            _give_up(delivery)
        else:
            _attempt(delivery)
        delivery.save(update_fields=["state", "due_at", "last_error"])


def _attempt(delivery: OutboxDelivery) -> None:
    try:
        with transaction.atomic():
            registry.function_of(delivery.subscriber)(delivery.message)
    except Exception as error:
        logger.exception("subscriber_failed", subscriber=delivery.subscriber, attempts=delivery.attempts)
        delivery.last_error = f"{type(error).__name__}: {error}"
        delivery.due_at = timezone.now() + backoff(delivery.attempts)
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = DeliveryState.DEAD
    else:
        delivery.state = DeliveryState.DONE


def _give_up(delivery: OutboxDelivery) -> None:
    """Mark a delivery dead whose last attempt neither returned nor failed."""
    delivery.state = DeliveryState.DEAD
    delivery.last_error = "The worker died while the subscriber ran."
    logger.error("subscriber_killed_its_worker", subscriber=delivery.subscriber)
