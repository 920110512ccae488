"""Support hours: when a clock runs. Pure; all instants are aware."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.db import models


class Hours(models.TextChoices):
    ALWAYS = "24x7", "24×7"
    WEEKDAYS = "24x5", "24×5 (Mon–Fri)"
    BUSINESS = "business", "Mon–Fri 09:00–17:00"


@dataclass(frozen=True)
class Block:
    """Part of a day from one time on the clock to another; midnight as its end is the end of the day."""

    opens: time
    closes: time


Week = tuple[tuple[Block, ...], ...]
WHOLE_DAY = Block(time(0), time(0))
WEEKS: dict[Hours, Week] = {
    Hours.ALWAYS: ((WHOLE_DAY,),) * 7,
    Hours.WEEKDAYS: ((WHOLE_DAY,),) * 5 + ((),) * 2,
    Hours.BUSINESS: ((Block(time(9), time(17)),),) * 5 + ((),) * 2,
}
# A week in which nothing opens, or holidays without end, would have a clock never run out.
FARTHEST = timedelta(days=366 * 5)


@dataclass(frozen=True)
class SupportHours:
    """A week of blocks, Monday first, in a time zone, without the public holidays of a country.

    Blocks of a day are in order and do not overlap. The country is ISO 3166; without one, or with one that
    is not known, there are no holidays.
    """

    week: Week
    zone: ZoneInfo
    country: str = ""

    @classmethod
    def of(cls, hours: Hours, zone: ZoneInfo, country: str = "") -> "SupportHours":
        """The hours of a tier. Public holidays close business hours; whoever pays for more is served then."""
        return cls(WEEKS[hours], zone, country if hours == Hours.BUSINESS else "")

    @property
    def is_always(self) -> bool:
        return self.week == WEEKS[Hours.ALWAYS] and not self.country

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The instant at which ``duration`` of support time has passed since ``start``.

        Raises ``ValueError`` if that is not within five years.
        """
        if self.is_always:
            return start + duration
        left = duration
        day = start.astimezone(self.zone).date()
        last = day + FARTHEST
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
        if self.country and day in _holidays(self.country):
            return []
        return [
            (self._instant(day, block.opens), self._instant(_closing_day(day, block), block.closes))
            for block in self.week[day.weekday()]
        ]

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _next_support_day(self, day: date) -> date:
        last = day + FARTHEST
        while day <= last:
            day += timedelta(days=1)
            if self.spans(day):
                return day
        raise ValueError("these support hours leave no time")


def _closing_day(day: date, block: Block) -> date:
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
