"""The limit of mails a second, over all workers of all machines."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notifications.models.pace import SendingPace


def batch_size(most: int) -> int:
    """How many mails to take at a time: with a limit no more than a second's worth."""
    return min(most, max(1, int(settings.MAIL_PER_SECOND))) if settings.MAIL_PER_SECOND else most


def book(count: int) -> datetime:
    """Book the next free moments for some mails; when the first of them may go out."""
    now = timezone.now()
    if not settings.MAIL_PER_SECOND:
        return now
    SendingPace.objects.get_or_create(pk=1, defaults={"next_at": now})
    with transaction.atomic():
        pace = SendingPace.objects.select_for_update().get(pk=1)
        first = max(pace.next_at, now)
        pace.next_at = first + _apart() * count
        pace.save(update_fields=["next_at"])
    return first


def wait_for(first: datetime, position: int) -> None:
    """Sleep until the booked moment of a mail."""
    if settings.MAIL_PER_SECOND:
        moment = first + _apart() * position
        time.sleep(max(0.0, (moment - timezone.now()).total_seconds()))


def _apart() -> timedelta:
    return timedelta(seconds=1 / settings.MAIL_PER_SECOND)
