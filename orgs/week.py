"""A week of working hours: for each day its blocks of time. Stored as lists of pairs of times."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
# For each day, Monday first, the opening and closing times of its blocks; "00:00" closes at midnight.
StoredWeek = list[list[list[str]]]

_BLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")
_ALL_DAY = {"24h", "24 h", "all day"}
_ADVICE = "Enter hours like 09:00–12:00, 13:00–17:00, or “all day”. Leave days off empty."


def parse_blocks(text: str) -> list[list[str]]:
    """Return the blocks of one day, in order. Raises ``ValueError`` that says how to fix the text."""
    if text.strip().lower() in _ALL_DAY:
        return [["00:00", "00:00"]]
    blocks = [_block(part.strip()) for part in re.split(r"[,;]", text) if part.strip()]
    last = 0
    for opens, closes in blocks:
        if not last <= opens < closes <= 24 * 60:
            raise ValueError(f"The hours must be in order and must not overlap. {_ADVICE}")
        last = closes
    return [[_clock(opens), _clock(closes)] for opens, closes in blocks]


def _block(text: str) -> tuple[int, int]:
    found = _BLOCK.fullmatch(text)
    if not found:
        raise ValueError(f"“{text[:30]}” is not a range of hours. {_ADVICE}")
    hour, minute, end_hour, end_minute = (int(each or 0) for each in found.groups())
    if minute > 59 or end_minute > 59:
        raise ValueError(f"“{text}” is not a range of hours. {_ADVICE}")
    return hour * 60 + minute, end_hour * 60 + end_minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def format_blocks(blocks: list[list[str]]) -> str:
    """Format the blocks of a day as they are typed: “09:00–12:00, 13:00–17:00”."""
    if blocks == [["00:00", "00:00"]]:
        return "all day"
    return ", ".join(f"{opens}–{'24:00' if closes == '00:00' else closes}" for opens, closes in blocks)


def format_week(week: StoredWeek) -> str:
    """Format a week in one line and group equal days: “Mon–Fri 09:00–17:00; Sat all day”."""
    parts: list[tuple[int, int, str]] = []
    for day, blocks in enumerate(week):
        words = format_blocks(blocks)
        if parts and parts[-1][2] == words and parts[-1][1] == day - 1:
            parts[-1] = (parts[-1][0], day, words)
        else:
            parts.append((day, day, words))
    spans = [(DAYS[a][:3] + (f"–{DAYS[b][:3]}" if a != b else ""), words) for a, b, words in parts if words]
    return "; ".join(f"{days} {words}" for days, words in spans)


def is_open(week: StoredWeek, local: datetime) -> bool:
    """Return whether a moment, in the week's own time zone, is inside one of its blocks."""
    now, blocks = f"{local:%H:%M}", week[local.weekday()]
    return any(opens <= now and (now < closes or closes == "00:00") for opens, closes in blocks)


class WeekForm(forms.Form):
    """Seven days as text. ``cleaned_data["week"]`` is the stored week, or None if every day is empty."""

    def __init__(self, data: Any = None, *, week: StoredWeek | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        for number, day in enumerate(DAYS):
            attrs = {"placeholder": "No hours", "autocomplete": "off"}
            field = forms.CharField(label=day, required=False, max_length=120)
            field.widget.attrs |= attrs
            field.initial = format_blocks(week[number]) if week else ""
            self.fields[day.lower()] = field

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[day.lower()] for day in DAYS]

    def clean(self) -> dict[str, Any]:
        week: StoredWeek = []
        for day in DAYS:
            try:
                week.append(parse_blocks(self.cleaned_data.get(day.lower(), "")))
            except ValueError as error:
                self.add_error(day.lower(), ValidationError(str(error)))
        self.cleaned_data["week"] = week if any(week) else None
        return self.cleaned_data
