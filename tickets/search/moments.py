"""Dates as they are typed into a search: days, months, from, until, between, ago. Pure."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta

from supportcenter.zones import begin_of

HELP = (
    "Enter a date like 2026-10-01, >2026-10-01 for later dates, 2026-10-01..2026-10-31, "
    "or <7d for less than seven days ago (h, d, w)."
)
_AGO = re.compile(r"([0-9]{1,5})([hdw])")
_DAY_OR_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_FIRST, _LAST = date(1970, 1, 1), date(9000, 1, 1)

# The first instant, and the first one after the end; None where there is no bound.
Span = tuple[datetime | None, datetime | None]


def span(value: str, now: datetime) -> Span:
    """Return the time that a value covers, in the time zone of ``now``.

    Raises ``ValueError`` with help for a value that isn't a date.
    """
    sign, text = re.fullmatch(r"([<>]=?|)(.*)", value, re.DOTALL).groups()  # type: ignore[union-attr]
    if ago := _AGO.fullmatch(text.lower()):
        since = now - int(ago[1]) * _UNITS[ago[2]]
        return (None, since) if sign.startswith(">") else (since, None)
    first, dots, last = text.partition("..")
    if dots and not sign and (first or last):
        return _days(first, now)[0] if first else None, _days(last, now)[1] if last else None
    begins, ends = _days(text, now)
    bounds: dict[str, Span] = {
        "": (begins, ends),
        ">": (ends, None),
        ">=": (begins, None),
        "<": (None, begins),
        "<=": (None, ends),
    }
    return bounds[sign]


def _days(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the beginning of a day or month, and of the next one."""
    named = {"today": now.date(), "yesterday": now.date() - timedelta(days=1)}
    match = _DAY_OR_MONTH.fullmatch(text)
    try:
        first = named.get(text.lower()) or date.fromisoformat(f"{text}-01"[:10] if match else "")
    except ValueError:
        first = date.max
    if not _FIRST <= first <= _LAST:
        raise ValueError(f"“{text}” is not a date. {HELP}")
    is_month = match is not None and not match[1]
    days = calendar.monthrange(first.year, first.month)[1] if is_month else 1
    zone = now.tzinfo or UTC
    return begin_of(first, zone), begin_of(first + timedelta(days=days), zone)
