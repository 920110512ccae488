"""Support hours: when a clock runs. Pure; all instants are aware."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from django.db import models


class Hours(models.TextChoices):
    ALWAYS = "24x7", "24×7"
    WEEKDAYS = "24x5", "24×5 (Mon–Fri)"
    BUSINESS = "business", "Mon–Fri 09:00–17:00"


BUSINESS_OPENS = time(9)
BUSINESS_CLOSES = time(17)
SATURDAY = 5


@dataclass(frozen=True)
class SupportHours:
    """Hours of support in a time zone; public holidays are not in here yet."""

    hours: Hours
    zone: ZoneInfo

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The instant at which ``duration`` of support time has passed since ``start``."""
        if self.hours == Hours.ALWAYS:
            return start + duration
        left = duration
        day = start.astimezone(self.zone).date()
        while True:
            opens, closes = self._span(day)
            begins = max(start, opens)
            if begins < closes:
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
            day = self._next_support_day(day)

    def end_of_business_day(self, start: datetime, *, days_on: int) -> datetime:
        """Close of business ``days_on`` business days after the one that ``start`` falls in.

        After hours and on weekends the next business day counts as the one it falls in.
        """
        day = start.astimezone(self.zone).date()
        if day.weekday() >= SATURDAY or start >= self._span(day)[1]:
            day = self._next_support_day(day)
        for _ in range(days_on):
            day = self._next_support_day(day)
        return self._span(day)[1]

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing instants of a day in UTC, so that differences count real time over DST."""
        if day.weekday() >= SATURDAY and self.hours != Hours.ALWAYS:
            noon = datetime.combine(day, time(12), self.zone).astimezone(UTC)
            return noon, noon
        if self.hours == Hours.BUSINESS:
            opens, closes = (datetime.combine(day, at, self.zone) for at in (BUSINESS_OPENS, BUSINESS_CLOSES))
        else:
            opens = datetime.combine(day, time(0), self.zone)
            closes = datetime.combine(day + timedelta(days=1), time(0), self.zone)
        return opens.astimezone(UTC), closes.astimezone(UTC)

    def _next_support_day(self, day: date) -> date:
        day += timedelta(days=1)
        while self.hours != Hours.ALWAYS and day.weekday() >= SATURDAY:
            day += timedelta(days=1)
        return day


def business_day_after(day: date, count: int, *, country: str) -> date:
    """The ``count``-th business day after ``day`` in a country (ISO 3166, two letters).

    Its weekends and public holidays are skipped; without a known country, Saturdays and Sundays.
    """
    try:
        calendar = holidays.country_holidays(country.upper())
    except NotImplementedError:
        calendar = holidays.HolidayBase()
    return calendar.get_nth_working_day(day, count)
