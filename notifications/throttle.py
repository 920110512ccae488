"""The limit of mails a second, for all workers on all machines together."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notifications.models.throttle import SendingThrottle


def batch_size(limit: int) -> int:
    """Return how many mails to claim at a time: with a limit, no more than a second's worth."""
    return min(limit, max(1, int(settings.MAIL_PER_SECOND))) if settings.MAIL_PER_SECOND else limit


def reserve(count: int) -> datetime:
    """Reserve the next free moments for ``count`` mails; return when the first may go out."""
    now = timezone.now()
    if not settings.MAIL_PER_SECOND:
        return now
    SendingThrottle.objects.get_or_create(pk=1, defaults={"next_at": now})
    with transaction.atomic():
        throttle = SendingThrottle.objects.select_for_update().get(pk=1)
        first = max(throttle.next_at, now)
        throttle.next_at = first + _interval() * count
        throttle.save(update_fields=["next_at"])
    return first


def wait_for(first: datetime, position: int) -> None:
    """Sleep until the reserved moment of a mail."""
    if settings.MAIL_PER_SECOND:
        moment = first + _interval() * position
        time.sleep(max(0.0, (moment - timezone.now()).total_seconds()))


def _interval() -> timedelta:
    return timedelta(seconds=1 / settings.MAIL_PER_SECOND)
