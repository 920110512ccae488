"""Running subscribers: claim, run, done; or back off, and give up in the end."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from supportcenter.outbox import registry
from supportcenter.outbox.models import DeliveryState, OutboxDelivery, OutboxMessage

logger = structlog.get_logger(__name__)

MAX_ATTEMPTS = 12
# How long an event is kept after everybody heard it. One that a subscriber never took stays.
KEPT_FOR = timedelta(days=30)


def backoff(attempts: int) -> timedelta:
    """Wait after the n-th failure: 2 s, 4 s, 8 s … at most an hour; about three hours in all."""
    return timedelta(seconds=min(2**attempts, 3600))


def dispatch_due(limit: int = 1000) -> int:
    """Run due deliveries until none is left or ``limit`` is reached; how many ran."""
    count = 0
    while count < limit and _dispatch_one():
        count += 1
    return count


def prune() -> int:
    """Delete events older than thirty days whose deliveries are all done; how many rows went."""
    old = OutboxMessage.objects.filter(occurred_at__lt=timezone.now() - KEPT_FOR)
    return old.exclude(deliveries__in=OutboxDelivery.objects.exclude(state=DeliveryState.DONE)).delete()[0]


def _dispatch_one() -> bool:
    """Claim one due delivery and run it.

    The row stays locked while the subscriber works, so that a worker that dies gives it back by dying, and
    two workers never run the same one at the same time.
    """
    with transaction.atomic():
        delivery = (
            OutboxDelivery.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state=DeliveryState.PENDING, due_at__lte=timezone.now())
            .select_related("message")
            .order_by("due_at", "id")
            .first()
        )
        if delivery is None:
            return False
        with bound_contextvars(request_id=delivery.message.request_id, event=delivery.message.name):
            _run(delivery)
        return True


def _run(delivery: OutboxDelivery) -> None:
    delivery.attempts += 1
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
    delivery.save(update_fields=["state", "attempts", "due_at", "last_error"])
