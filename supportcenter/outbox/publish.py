"""Publish events: one row per event and one per subscriber, in the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from supportcenter.middleware import request_id
from supportcenter.outbox import nudge, registry
from supportcenter.outbox.models import OutboxDelivery, OutboxMessage


def publish(name: str, payload: Mapping[str, Any], *, actor_id: int | None) -> OutboxMessage:
    """Store that ``name`` happened. Subscribers run after the transaction commits.

    ``payload`` holds ids and before/after values, never secrets. Raises ``RuntimeError`` outside a
    transaction, because the event could then outlive a change that was rolled back.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"publish({name!r}) must run in the transaction of its change")
    now = timezone.now()
    message = OutboxMessage.objects.create(
        name=name,
        payload=dict(payload),
        actor_id=actor_id,
        request_id=request_id(),
        occurred_at=now,
    )
    OutboxDelivery.objects.bulk_create(
        OutboxDelivery(message=message, subscriber=subscriber, is_urgent=registry.is_urgent(name), due_at=now)
        for subscriber in registry.names_for(name)
    )
    nudge.dispatch.send_on_commit()
    return message
