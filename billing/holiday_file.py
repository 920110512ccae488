"""Extra holidays as text: one a line, a table, or a calendar file (.ics)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import holidays

from billing.holiday_ics import Report, read_days
from orgs.csv_import import BadFile, Problem
from supportcenter.bounds import check_day

MAX_DAYS = 500
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
    text = text.removeprefix("\ufeff")
    is_ics = text.lstrip().upper().startswith("BEGIN:VCALENDAR")
    problems: list[Problem] = []
    found: dict[date, Holiday] = {}
    for on, name in (read_days if is_ics else _table)(text, partial(_report, problems)):
        found.setdefault(on, Holiday(on, name[:MAX_NAME]))
        if len(found) > MAX_DAYS:
            raise BadFile([Problem(0, f"There are more than {MAX_DAYS} days. Split the import.")])
    if problems:
        raise BadFile(problems)
    return sorted(found.values())


def _report(problems: list[Problem], line: int, text: str) -> None:
    problems.append(Problem(line, text))
    if len(problems) == MAX_PROBLEMS:
        raise BadFile(problems)


def _table(text: str, report: Report) -> Iterator[tuple[date, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or (number == 1 and _HEADER.match(line)):
            continue
        match = _LINE.fullmatch(line.strip())
        day = match and _date(match[1])
        if not match or day is None:
            start = line.strip()[:40]
            report(
                number,
                f"“{start}” doesn't start with a date up to 2099. Enter it like 2026-12-24 Christmas Eve.",
            )
        else:
            yield day, match[2].strip().strip('"')


def _date(text: str) -> date | None:
    try:
        return check_day(date.fromisoformat(text))
    except ValueError:
        return None
