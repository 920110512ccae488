"""Support hours: when a clock runs. Pure; all instants are aware."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays


@dataclass(frozen=True)
class Interval:
    """Part of a day from one time on the clock to another; midnight as its end is the end of the day."""

    opens: time
    closes: time


Week = tuple[tuple[Interval, ...], ...]
WHOLE_DAY = Interval(time(0), time(0))
# The weeks that a new site starts with; staff edit them as calendars.
ALWAYS: Week = ((WHOLE_DAY,),) * 7
WEEKDAYS: Week = ((WHOLE_DAY,),) * 5 + ((),) * 2
BUSINESS: Week = ((Interval(time(9), time(17)),),) * 5 + ((),) * 2
# A week in which nothing opens, or holidays without end, would have a clock never run out.
SEARCH_LIMIT = timedelta(days=366 * 5)


@dataclass(frozen=True)
class SupportHours:
    """A week of blocks, Monday first, in a time zone, without public holidays and other ``closed`` days.

    Blocks of a day are in order and do not overlap. The country is ISO 3166; without one, or with one that
    is not known, there are no public holidays.
    """

    week: Week
    zone: ZoneInfo
    country: str = ""
    closed: frozenset[date] = frozenset()

    @property
    def is_always(self) -> bool:
        return self.week == ALWAYS and not self.country and not self.closed

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The instant at which ``duration`` of support time has passed since ``start``.

        Raises ``ValueError`` if that is not within five years.
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
        raise ValueError("these support hours leave no time")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The support time between two instants; nothing if the second is not later."""
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
        """Close of business ``days_on`` business days after the one that ``start`` falls in.

        After hours and on days without support the next business day counts as the one it falls in.
        """
        day = start.astimezone(self.zone).date()
        spans = self.spans(day)
        if not spans or start >= spans[-1][1]:
            day = self._next_support_day(day)
        for _ in range(days_on):
            day = self._next_support_day(day)
        return self.spans(day)[-1][1]

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """When support opens and closes on a day, in UTC, so that differences count real time over DST."""
        if day in self.closed or (self.country and day in _holidays(self.country)):
            return []
        return [
            (self._instant(day, block.opens), self._instant(_closing_day(day, block), block.closes))
            for block in self.week[day.weekday()]
        ]

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _next_support_day(self, day: date) -> date:
        last = day + SEARCH_LIMIT
        while day <= last:
            day += timedelta(days=1)
            if self.spans(day):
                return day
        raise ValueError("these support hours leave no time")


@dataclass(frozen=True)
class Schedule:
    """Support hours with their edits: each counts from its instant on, so that time that has passed stays
    counted as it was promised then.

    ``edits`` are in order; before the first of them ``hours`` count.
    """

    hours: SupportHours
    edits: tuple[tuple[datetime, SupportHours], ...] = ()

    def at(self, instant: datetime) -> SupportHours:
        """The hours in force at an instant."""
        return next((hours for since, hours in reversed(self.edits) if since <= instant), self.hours)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The instant at which ``duration`` of support time has passed since ``start``.

        Raises ``ValueError`` if that is not within five years.
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
        """The support time between two instants; nothing if the second is not later."""
        parts = self._parts(start)
        spans = (hours.elapsed(begins, min(end, ends or end)) for begins, ends, hours in parts)
        return sum(spans, timedelta())

    def end_of_business_day(self, start: datetime, *, days_on: int) -> datetime:
        """Close of business some business days on, by the hours in force at ``start``."""
        return self.at(start).end_of_business_day(start, days_on=days_on)

    def _parts(self, start: datetime) -> Iterator[tuple[datetime, datetime | None, SupportHours]]:
        """From ``start`` on, each stretch of time with the hours that count in it; the last has no end."""
        begins, hours = start, self.at(start)
        for since, edited in self.edits:
            if since > start:
                yield begins, since, hours
                begins, hours = since, edited
        yield begins, None, hours


def written(week: Week) -> list[list[list[str]]]:
    """A week as it is stored: for each day the opening and closing times of its blocks."""
    return [[[f"{each.opens:%H:%M}", f"{each.closes:%H:%M}"] for each in day] for day in week]


def parse_week(stored: Sequence[Sequence[Sequence[str]]]) -> Week:
    """A stored week. Raises ``ValueError`` unless seven days hold blocks in order that do not overlap."""
    week = tuple(
        tuple(Interval(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in day)
        for day in stored
    )
    if len(week) != 7 or not any(week):
        raise ValueError("a week has seven days, and opens on some")
    for day in week:
        edges = [edge for block in day for edge in (_minute(block.opens), _minute(block.closes) or 24 * 60)]
        if any(later <= earlier for earlier, later in zip(edges[::2], edges[1::2], strict=True)):
            raise ValueError("a block closes after it opens")
        if any(later < earlier for earlier, later in zip(edges[1::2], edges[2::2], strict=False)):
            raise ValueError("blocks of a day are in order and do not overlap")
    return week


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _closing_day(day: date, block: Interval) -> date:
    return day + timedelta(days=1) if block.closes == time(0) else day


@lru_cache
def _holidays(country: str) -> holidays.HolidayBase:
    """The public holidays of a country, by year as they are asked for; none for one that is not known."""
    try:
        return holidays.country_holidays(country.upper())
    except NotImplementedError:
        return holidays.HolidayBase()


def business_day_after(day: date, count: int, *, country: str) -> date:
    """The ``count``-th business day after ``day`` in a country (ISO 3166, two letters).

    Its weekends and public holidays are skipped; without a known country, Saturdays and Sundays.
    """
    return _holidays(country).get_nth_working_day(day, count)
