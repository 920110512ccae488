"""Durations in buckets, so that a median can be estimated from sums. Pure."""

from collections.abc import Sequence

MINUTE, HOUR, DAY = 60, 3600, 86_400
# Upper ends in seconds; the last bucket holds everything longer.
BOUNDS = (
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
)
BUCKETS = len(BOUNDS) + 1


def bucket_of(seconds: float) -> int:
    """Return the number of the bucket that a duration is in."""
    return next((number for number, bound in enumerate(BOUNDS) if seconds < bound), len(BOUNDS))


def estimate_median(counts: Sequence[int]) -> float | None:
    """Estimate the median in seconds; the estimate is always in the bucket of the true median.

    Assumes an even spread within the bucket, and returns the lower end of the last one. None without data.
    """
    total = sum(counts)
    if not total:
        return None
    before = 0
    for number, count in enumerate(counts[:-1]):
        if before + count >= total / 2:
            low = BOUNDS[number - 1] if number else 0
            return low + (BOUNDS[number] - low) * (total / 2 - before) / count
        before += count
    return BOUNDS[-1]
