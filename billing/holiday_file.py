"""Extra holidays as text: one a line, a table, or a calendar file (.ics). Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from orgs.csv_import import BadFile, Problem
from supportcenter.bounds import check_day

MAX_DAYS = 500
MAX_EVENT_DAYS = 31
MAX_NAME = 80
# Enough to see that it is the wrong file.
MAX_PROBLEMS = 100
_LINE = re.compile(r"\"?(\d{4}-\d\d-\d\d)\"?\s*[,;\t ]?\s*(.*)")
_HEADER = re.compile(r"\"?(date|day|on)\"?\s*[,;\t]", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Holiday:
    """A day without support, with its name."""

    on: date
    name: str = ""

    def __str__(self) -> str:
        return f"{self.on.isoformat()} {self.name}".strip()

    @property
    def stored(self) -> dict[str, str]:
        return {"on": self.on.isoformat(), "name": self.name}


def load_holidays(rows: Sequence[dict[str, str]]) -> list[Holiday]:
    return [Holiday(date.fromisoformat(each["on"]), each.get("name", "")) for each in rows]


def format_holidays(days: Sequence[Holiday]) -> str:
    """Return holidays as text, one a line."""
    return "\n".join(map(str, days))


def public_holidays(country: str, year: int) -> list[Holiday]:
    """Return the public holidays of a country (ISO 3166) in a year; none for an unknown country."""
    try:
        found = holidays.country_holidays(country.upper(), years=year, language="en_US")
    except NotImplementedError:
        return []
    return sorted(Holiday(on, name[:MAX_NAME]) for on, name in found.items())


def parse_holidays(text: str) -> list[Holiday]:
    """Return the holidays in a text by date, each date once. Raises ``BadFile`` with every problem."""
    lines = list(enumerate(text.removeprefix("\ufeff").splitlines(), start=1))
    is_ics = text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR")
    problems: list[Problem] = []
    found: dict[date, Holiday] = {}
    for day in (_events if is_ics else _table)(lines, problems):
        found.setdefault(day.on, day)
        if len(found) > MAX_DAYS:
            raise BadFile([Problem(0, f"There are more than {MAX_DAYS} days. Split the import.")])
    if problems:
        raise BadFile(problems)
    return sorted(found.values())


def _report(problems: list[Problem], line: int, text: str) -> None:
    problems.append(Problem(line, text))
    if len(problems) == MAX_PROBLEMS:
        raise BadFile(problems)


def _table(lines: Sequence[tuple[int, str]], problems: list[Problem]) -> Iterator[Holiday]:
    for number, line in lines:
        if not line.strip() or (number == 1 and _HEADER.match(line)):
            continue
        match = _LINE.fullmatch(line.strip())
        day = match and _date(match[1])
        if not match or day is None:
            start = line.strip()[:40]
            text = f"“{start}” doesn't start with a date up to 2099. Enter it like 2026-12-24 Christmas Eve."
            _report(problems, number, text)
        else:
            yield Holiday(day, match[2].strip().strip('"')[:MAX_NAME])


def _events(lines: Sequence[tuple[int, str]], problems: list[Problem]) -> Iterator[Holiday]:
    """Yield the holidays of a calendar file, whose events must be all-day and not recurring."""
    event: dict[str, tuple[int, str]] | None = None
    for number, line in _unfolded(lines):
        name, _, value = line.partition(":")
        name = name.partition(";")[0].upper()
        if (name, value.upper()) == ("BEGIN", "VEVENT"):
            event = {"BEGIN": (number, "")}
        elif (name, value.upper()) == ("END", "VEVENT"):
            if event is None:
                _report(problems, number, "An event ends here but doesn't start.")
            else:
                yield from _days_of(event, problems)
            event = None
        elif event is not None:
            event.setdefault(name, (number, value.strip()))
    if event is not None:
        _report(problems, event["BEGIN"][0], "The event that starts here doesn't end.")


def _days_of(event: dict[str, tuple[int, str]], problems: list[Problem]) -> Iterator[Holiday]:
    if "RRULE" in event:
        _report(problems, event["RRULE"][0], "The event is recurring. Add each of its days instead.")
        return
    number, value = event.get("DTSTART", (event["BEGIN"][0], ""))
    first = _date(value)
    if first is None:
        _report(problems, number, "The event has no all-day DTSTART up to 2099, like 20261224.")
        return
    end_number, end_value = event.get("DTEND", (number, ""))
    end = _date(end_value) if end_value else first + timedelta(days=1)
    if end is None or not first < end <= first + timedelta(days=MAX_EVENT_DAYS):
        _report(problems, end_number, f"The event must last 1 to {MAX_EVENT_DAYS} whole days.")
        return
    name = re.sub(r"\\([,;\\])", r"\1", event.get("SUMMARY", (0, ""))[1])[:MAX_NAME]
    for offset in range((end - first).days):
        yield Holiday(first + timedelta(days=offset), name)


def _unfolded(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines of a calendar file, with folded lines joined, and the number of their first line."""
    start, text = 0, ""
    for number, line in lines:
        if line[:1] in {" ", "\t"}:
            text += line[1:]
            continue
        if start:
            yield start, text
        start, text = number, line
    if start:
        yield start, text


def _date(text: str) -> date | None:
    try:
        return check_day(date.fromisoformat(text))
    except ValueError:
        return None
