"""Local times on the days on which clocks change. Pure.

One rule holds for what people type, for support hours and for days: a local time begins at the first instant
at which a clock there shows it or a later one. So a time that comes twice means the first of the two, and one
that is skipped means the instant of the change.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

# Longer than any time zone is away from UTC, plus any change of clocks.
_MARGIN = timedelta(hours=40)

# The begin and end of a period, and by how much clocks are ahead of UTC in it.
Period = tuple[datetime, datetime, timedelta]


def instant_at(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, at which a local time begins."""
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    is_skipped = first.astimezone(zone).replace(tzinfo=None) != wall
    return periods_around(day, zone)[-1][0] if is_skipped else first


def begin_of(day: date, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, at which a day begins."""
    return instant_at(day, time(), zone)


@lru_cache(maxsize=4096)
def periods_around(day: date, zone: tzinfo) -> list[Period]:
    """Return the periods that contain a day: one, or two if clocks change on it or on a day next to it.

    Clocks change once at most within these days; no time zone has had it otherwise since 2000.
    """
    begins = datetime.combine(day, time(), UTC) - _MARGIN
    ends = begins + timedelta(days=1) + 2 * _MARGIN
    before, after = _ahead(begins, zone), _ahead(ends, zone)
    if before == after:
        return [(begins, ends, before)]
    change = _change_between(begins, ends, zone)
    return [(begins, change, before), (change, ends, after)]


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the instant, in whole seconds, from which clocks show what they show at ``after``."""
    last = _ahead(after, zone)
    while (seconds := int((after - before).total_seconds())) > 1:
        middle = before + timedelta(seconds=seconds // 2)
        if _ahead(middle, zone) == last:
            after = middle
        else:
            before = middle
    return after


def _ahead(instant: datetime, zone: tzinfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
