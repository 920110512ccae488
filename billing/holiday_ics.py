"""The all-day events of a calendar file (.ics, RFC 5545), with their occurrences."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events
from django.utils import timezone

from supportcenter.bounds import FIRST_DAY, LAST_DAY, check_day

MAX_EVENTS = 1000
MAX_EVENT_DAYS = 31
# Events that recur forever are read from this year until that many years later.
YEARS_AHEAD = 10
# CPU seconds in which a file must be read. A rule that never recurs, such as February 30, takes 0.3 of them.
MAX_SECONDS = 2.0
RULES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}

Report = Callable[[int, str], None]


@dataclass(frozen=True)
class _Event:
    """An event, with the line of the file on which it begins."""

    line: int
    component: icalendar.Event

    @property
    def uid(self) -> str:
        """Events of the same one are a series: one that recurs, and its changed occurrences."""
        return str(self.component.get("UID") or self.line)

    @property
    def rules(self) -> list[icalendar.vRecur]:
        return _listed(self.component.get("RRULE"))


def read_days(text: str, report: Report) -> Iterator[tuple[date, str]]:
    """Yield each day of a calendar file's events with its event's name, canceled ones left out.

    ``report`` is called with a line and what is wrong there. An event must last whole days, in its own time
    zone. One that recurs forever is read until ``YEARS_AHEAD``.
    """
    zone, blocks = _split(text, report)
    if len(blocks) > MAX_EVENTS:
        report(0, f"There are more than {MAX_EVENTS:,} events. Split the file.")
        return
    series: defaultdict[str, list[_Event]] = defaultdict(list)
    for line, block in blocks:
        if event := _parsed(line, block, report):
            series[event.uid].append(event)
    until = time.thread_time() + MAX_SECONDS
    for events in series.values():
        if time.thread_time() > until:
            report(events[0].line, "The events up to here recur too often. Add each of their days instead.")
            return
        for occurrence in _occurrences(events, zone, report):
            yield from _days_of(occurrence, events[0].line, report)


def _split(text: str, report: Report) -> tuple[str, list[tuple[int, str]]]:
    """Return the file's time zone, if it has one for all events, and the text of each event with its line."""
    zone = ""
    blocks: list[tuple[int, str]] = []
    block: list[str] = []
    begins = 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        head = line.strip().upper()
        if head == "BEGIN:VEVENT" and not begins:
            begins = number
        if begins:
            block.append(line.rstrip() if head in {"BEGIN:VEVENT", "END:VEVENT"} else line)
        elif head.startswith("X-WR-TIMEZONE:"):
            zone = line.partition(":")[2].strip()
        if head == "END:VEVENT":
            if begins:
                blocks.append((begins, "\r\n".join(block)))
            else:
                report(number, "An event ends here but doesn't start.")
            block, begins = [], 0
    if begins:
        report(begins, "The event that starts here doesn't end.")
    return zone, blocks


def _parsed(line: int, block: str, report: Report) -> _Event | None:
    """Return an event whose days can be read."""
    try:
        event = _Event(line, icalendar.Event.from_ical(block))  # type: ignore[arg-type]
        problem = _problem(event)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file does to the library
        problem = f"The event can't be read: {error}"[:200]
    if problem:
        report(line, problem)
        return None
    return event


def _problem(event: _Event) -> str:
    """Return what keeps an event from being read, or nothing."""
    start, end = _day(event.component.start), event.component.DTEND
    if end and _day(end) < start:
        return "The event ends before it starts."
    if not event.rules:
        try:
            check_day(start)
        except ValueError as error:
            return f"The event {error}."
    if len(event.rules) > 1:
        return "The event has more than one rule. Add each of its days instead."
    for rule in event.rules:
        frequency = str(rule.get("FREQ", [""])[0]).upper()
        is_filtered = frequency == "DAILY" and any(part.startswith("BY") for part in rule)
        if frequency not in RULES or is_filtered or min(rule.get("INTERVAL", [1])) < 1:
            return "The event recurs in a way that holidays don't. Add each of its days instead."
    return ""


def _occurrences(events: Sequence[_Event], zone: str, report: Report) -> list[icalendar.Component]:
    """Return the occurrences of a series that are not canceled."""
    calendar = icalendar.Calendar()
    if zone:
        calendar.add("X-WR-TIMEZONE", zone)
    for event in events:
        calendar.add_component(event.component)
    rules = [rule for event in events for rule in event.rules]
    first, last = FIRST_DAY, LAST_DAY
    if any("COUNT" not in rule and "UNTIL" not in rule for rule in rules):
        year = timezone.localdate().year
        first, last = date(year, 1, 1), date(year + YEARS_AHEAD, 12, 31)
    try:
        found = recurring_ical_events.of(calendar).between(first, last + timedelta(days=1))
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file does to the library
        report(events[0].line, f"The event's days can't be read: {error}"[:200])
        return []
    return [each for each in found if not _is_canceled(each)]


def _is_canceled(occurrence: icalendar.Component) -> bool:
    # RFC 5545 writes it with a double l, some programs don't.
    return str(occurrence.get("STATUS", "")).upper().startswith("CANCEL")


def _days_of(occurrence: Any, line: int, report: Report) -> Iterator[tuple[date, str]]:
    start, end = occurrence.start, occurrence.end
    if not _is_midnight(start) or not _is_midnight(end):
        report(line, "The event isn't all-day.")
        return
    first, end = _day(start), _day(end)
    if not first <= end <= first + timedelta(days=MAX_EVENT_DAYS):
        report(line, f"The event must last 1 to {MAX_EVENT_DAYS} whole days.")
        return
    name = " ".join(str(next(iter(_listed(occurrence.get("SUMMARY"))), "")).split())
    for offset in range(max((end - first).days, 1)):
        yield first + timedelta(days=offset), name


def _is_midnight(at: date) -> bool:
    return not isinstance(at, datetime) or at.time() == datetime.min.time()


def _day(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _listed(value: Any) -> list[Any]:
    """Return a property's values; the library gives a list only if it is there more than once."""
    return value if isinstance(value, list) else [] if value is None else [value]
