"""Support hours, in which clocks run. Pure; all instants are aware."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from supportcenter.zones import periods_around


@dataclass(frozen=True)
class Interval:
    """A time of day from opening to closing. Closing at midnight means the end of the day."""

    opens: time
    closes: time


Week = tuple[tuple[Interval, ...], ...]
WHOLE_DAY = Interval(time(0), time(0))
# The weeks of a new site's calendars.
ALWAYS: Week = ((WHOLE_DAY,),) * 7
WEEKDAYS: Week = ((WHOLE_DAY,),) * 5 + ((),) * 2
BUSINESS: Week = ((Interval(time(9), time(17)),),) * 5 + ((),) * 2
# Limits the search in a week without support hours, or with endless holidays.
SEARCH_LIMIT = timedelta(days=366 * 5)


@dataclass(frozen=True)
class SupportHours:
    """A week of intervals, Monday first, in a time zone, without public and ``extra_holidays``.

    The intervals of a day are in order and don't overlap. The country is an ISO 3166 code; an empty or
    unknown one has no public holidays.
    """

    week: Week
    zone: ZoneInfo
    country: str = ""
    extra_holidays: frozenset[date] = frozenset()

    @property
    def is_always(self) -> bool:
        return self.week == ALWAYS and not self.country and not self.extra_holidays

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """Return the instant at which ``duration`` of support time has passed since ``start``.

        Raises ``ValueError`` if it isn't within five years.
        """
        if self.is_always:
            return start + duration
        left = duration
        day = start.astimezone(self.zone).date()
        last = day + SEARCH_LIMIT
        while day <= last:
            for opens, closes in self.spans(day):
                begins = max(start, opens)
                if begins >= closes:
                    continue
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
            day += timedelta(days=1)
        raise ValueError("no support hours within five years")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the support time between two instants; zero if the second isn't later."""
        if self.is_always:
            return max(end - start, timedelta())
        total = timedelta()
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self.spans(day):
                total += max(min(end, closes) - max(start, opens), timedelta())
            day += timedelta(days=1)
        return total

    def end_of_business_day(self, start: datetime, *, days_on: int) -> datetime:
        """Return the close of business ``days_on`` business days after that of ``start``.

        After hours, and on days without support, the next business day is that of ``start``.
        """
        day = start.astimezone(self.zone).date()
        spans = self.spans(day)
        if not spans or start >= spans[-1][1]:
            day = self._next_support_day(day)
        for _ in range(days_on):
            day = self._next_support_day(day)
        return self.spans(day)[-1][1]

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return when support opens and closes on a day, in UTC so that differences are right across DST.

        It is open at each instant at which a clock there shows a time within an interval. So an interval in
        the hour that comes twice is open twice, and one in the hour that is skipped not at all.
        """
        if day in self.extra_holidays or (self.country and day in _holidays(self.country)):
            return []
        return [
            (opens, closes)
            for begins, ends, ahead in periods_around(day, self.zone)
            for each in self.week[day.weekday()]
            if (opens := max(begins, datetime.combine(day, each.opens, UTC) - ahead))
            < (closes := min(ends, datetime.combine(_closing_day(day, each), each.closes, UTC) - ahead))
        ]

    def _next_support_day(self, day: date) -> date:
        last = day + SEARCH_LIMIT
        while day <= last:
            day += timedelta(days=1)
            if self.spans(day):
                return day
        raise ValueError("no support hours within five years")


@dataclass(frozen=True)
class Schedule:
    """Support hours with their edits, each of which applies from an instant on and not to earlier times.

    ``edits`` are in order; ``hours`` apply before the first.
    """

    hours: SupportHours
    edits: tuple[tuple[datetime, SupportHours], ...] = ()

    def at(self, instant: datetime) -> SupportHours:
        """Return the support hours in force at an instant."""
        return next((hours for since, hours in reversed(self.edits) if since <= instant), self.hours)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """Return the instant at which ``duration`` of support time has passed since ``start``.

        Raises ``ValueError`` if it isn't within five years.
        """
        left = duration
        for begins, ends, hours in self._parts(start):
            if ends is None:
                return hours.add(begins, left)
            passed = hours.elapsed(begins, ends)
            if left <= passed:
                return hours.add(begins, left)
            left -= passed
        raise AssertionError("the last part has no end")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the support time between two instants; zero if the second isn't later."""
        parts = self._parts(start)
        spans = (hours.elapsed(begins, min(end, ends or end)) for begins, ends, hours in parts)
        return sum(spans, timedelta())

    def end_of_business_day(self, start: datetime, *, days_on: int) -> datetime:
        """Return the close of business some business days later, by the hours in force at ``start``."""
        return self.at(start).end_of_business_day(start, days_on=days_on)

    def _parts(self, start: datetime) -> Iterator[tuple[datetime, datetime | None, SupportHours]]:
        """Yield each period of time from ``start`` on with its support hours; the last has no end."""
        begins, hours = start, self.at(start)
        for since, edited in self.edits:
            if since > start:
                yield begins, since, hours
                begins, hours = since, edited
        yield begins, None, hours


def dump_week(week: Week) -> list[list[list[str]]]:
    """Return a week as it is stored: the opening and closing times of each day's intervals."""
    return [[[f"{each.opens:%H:%M}", f"{each.closes:%H:%M}"] for each in day] for day in week]


def parse_week(stored: Sequence[Sequence[Sequence[str]]]) -> Week:
    """Return a stored week. Raises ``ValueError`` unless it has seven days of ordered, separate intervals."""
    week = tuple(
        tuple(Interval(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in day)
        for day in stored
    )
    if len(week) != 7 or not any(week):
        raise ValueError("a week has seven days and support hours on at least one")
    for day in week:
        edges = [
            edge
            for interval in day
            for edge in (_minute(interval.opens), _minute(interval.closes) or 24 * 60)
        ]
        if any(later <= earlier for earlier, later in zip(edges[::2], edges[1::2], strict=True)):
            raise ValueError("each interval must close after it opens")
        if any(later < earlier for earlier, later in zip(edges[1::2], edges[2::2], strict=False)):
            raise ValueError("the intervals of a day must be in order and must not overlap")
    return week


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _closing_day(day: date, interval: Interval) -> date:
    return day + timedelta(days=1) if interval.closes == time(0) else day


@lru_cache
def _holidays(country: str) -> holidays.HolidayBase:
    """Return the public holidays of a country, calculated year by year; none for an unknown country."""
    try:
        return holidays.country_holidays(country.upper())
    except NotImplementedError:
        return holidays.HolidayBase()


def business_day_after(day: date, count: int, *, country: str) -> date:
    """Return the ``count``-th business day after ``day`` in a country (ISO 3166, two letters).

    It skips the country's weekends and public holidays, or Saturdays and Sundays if the country is unknown.
    """
    return _holidays(country).get_nth_working_day(day, count)
