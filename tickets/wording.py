"""Instants in words, in the reader's time zone (the one that Django has activated)."""

from datetime import datetime, timedelta

from django.utils import formats, timezone


def say_instant(instant: datetime) -> str:
    """ "14:30 today", "09:00 tomorrow", "Mon 23 Nov, 09:00"; with the year where it is not this one."""
    local, now = timezone.localtime(instant), timezone.localtime()
    at = formats.date_format(local, "H:i")
    days = {0: "today", 1: "tomorrow", -1: "yesterday"}
    away = (local.date() - now.date()) / timedelta(days=1)
    if away in days:
        return f"{at} {days[int(away)]}"
    return f"{formats.date_format(local, 'D j M' if local.year == now.year else 'D j M Y')}, {at}"
