"""Dates as they are typed into a search: days, months, from, until, between, ago. Pure."""

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo

HOW = (
    "Write a day like 2026-10-01, >2026-10-01 for later ones, 2026-10-01..2026-10-31, "
    "or <7d for less than seven days ago (h, d, w)."
)
_AGO = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_FIRST, _LAST = date(1970, 1, 1), date(9000, 1, 1)

# From the one, before the other; None where there is no bound.
Span = tuple[datetime | None, datetime | None]


def span(value: str, now: datetime) -> Span:
    """The instants that a value means, in the time zone of ``now``; ``ValueError`` says how to write it."""
    sign, text = re.fullmatch(r"([<>]=?|)(.*)", value, re.DOTALL).groups()  # type: ignore[union-attr]
    if ago := _AGO.fullmatch(text.lower()):
        since = now - int(ago[1]) * _UNITS[ago[2]]
        return (None, since) if sign.startswith(">") else (since, None)
    first, dots, last = text.partition("..")
    if dots and not sign:
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
    """The beginning of a day or month, and of the next one."""
    named: dict[str, Callable[[], date]] = {
        "today": now.date,
        "yesterday": lambda: now.date() - timedelta(days=1),
    }
    try:
        first = named[text.lower()]() if text.lower() in named else date.fromisoformat(f"{text}-01"[:10])
    except ValueError:
        raise ValueError(f"“{text}” is no date. {HOW}") from None
    if not _FIRST <= first <= _LAST:
        raise ValueError(f"“{text}” is no date. {HOW}")
    is_month = len(text) == len("2026-10")
    days = calendar.monthrange(first.year, first.month)[1] if is_month else 1
    return _start(first, now.tzinfo), _start(first + timedelta(days=days), now.tzinfo)


def _start(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), zone)
