"""Instants in words, in the reader's time zone (the one that Django has activated)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, timezone


def say_instant(instant: datetime, zone: str = "") -> str:
    """ "14:30 today", "09:00 tomorrow", "Mon 23 Nov, 09:00"; with the year where it is not this one.

    In the time zone ``zone`` if one is named.
    """
    at_home = ZoneInfo(zone) if zone else None
    local, now = timezone.localtime(instant, at_home), timezone.localtime(timezone=at_home)
    at = formats.date_format(local, "H:i")
    days = {0: "today", 1: "tomorrow", -1: "yesterday"}
    away = (local.date() - now.date()) / timedelta(days=1)
    if away in days:
        return f"{at} {days[int(away)]}"
    return f"{formats.date_format(local, 'D j M' if local.year == now.year else 'D j M Y')}, {at}"
