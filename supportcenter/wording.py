"""How instants, durations, counts and enumerations read in sentences."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, timezone

HOUR, DAY = 60, 24 * 60  # in minutes
AGES = [(86_400, "day"), (3_600, "hour"), (60, "minute")]  # in seconds


def format_instant(instant: datetime, zone: str = "") -> str:
    """Return “14:30 today”, “09:00 tomorrow” or “Mon 23 Nov, 09:00”, with the year if it is not this one.

    In the time zone ``zone``, or by default in the reader's, which Django has activated.
    """
    at_home = ZoneInfo(zone) if zone else None
    local, now = timezone.localtime(instant, at_home), timezone.localtime(timezone=at_home)
    at = formats.date_format(local, "H:i")
    days = {0: "today", 1: "tomorrow", -1: "yesterday"}
    away = (local.date() - now.date()) / timedelta(days=1)
    if away in days:
        return f"{at} {days[int(away)]}"
    return f"{formats.date_format(local, 'D j M' if local.year == now.year else 'D j M Y')}, {at}"


def format_duration(duration: timedelta, *, units: int = 2) -> str:
    """Return a duration that is not negative, rounded down: “12 min”, “6 h 30 min”, “2 days 3 h”.

    With one unit, hours are shown up to two days: “47 h”, then “2 days”.
    """
    minutes = int(duration.total_seconds()) // 60
    if minutes < 1:
        return "less than 1 min"
    days = minutes // DAY if minutes >= (2 * DAY if units == 1 else DAY) else 0
    hours, rest = divmod(minutes - days * DAY, HOUR)
    sizes = [(days, format_count(days, "day")), (hours, f"{hours} h"), (rest, f"{rest} min")]
    while not sizes[0][0]:
        sizes.pop(0)
    return " ".join(words for size, words in sizes[:units] if size)


def format_age(when: datetime) -> str | None:
    """Return “just now”, “5 minutes ago”, “in 2 hours” or “3 days ago”, and None from 30 days on.

    static/js/times.js formats it alike, so that nothing moves when the script takes over.
    """
    seconds = round((when - timezone.now()).total_seconds())
    away = abs(seconds)
    if away < 60:
        return "in a moment" if seconds > 0 else "just now"
    if away >= 30 * 86_400:
        return None
    size, unit = next(step for step in AGES if away >= step[0])
    words = format_count(away // size, unit)
    return f"in {words}" if seconds > 0 else f"{words} ago"


def format_count(count: int, noun: str) -> str:
    """Return “1 ticket”, “2 tickets”, “1,500 tickets”."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def format_list(items: Sequence[str]) -> str:
    """Return “a”, “a and b” or “a, b and c”."""
    *others, last = items
    return f"{', '.join(others)} and {last}" if others else last
