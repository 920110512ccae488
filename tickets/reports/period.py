"""The days that a report covers, and the steps in which it draws them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from supportcenter.zones import begin_of

MAX_DAYS = 366
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included, in a time zone."""

    first: date
    last: date
    zone: tzinfo = UTC

    @property
    def begins(self) -> datetime:
        return begin_of(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        """Return the instant at which the period is over."""
        return begin_of(self.last + DAY, self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """Return the period of as many days just before."""
        return Period(self.first - timedelta(days=self.days), self.first - DAY, self.zone)

    @property
    def words(self) -> str:
        """“3–9 Nov 2026”, “28 Oct – 3 Nov 2026”, “30 Dec 2025 – 5 Jan 2026”, “9 Nov 2026”."""
        first, last = self.first, self.last
        end = f"{last.day} {last:%b %Y}"
        if first == last:
            return end
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{end}"
        year = "" if first.year == last.year else f" {first.year}"
        return f"{first.day} {first:%b}{year} – {end}"

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.days))

    @property
    def step_words(self) -> str:
        """Return the heading of the steps' labels."""
        return {"day": "Day", "week": "Week of", "month": "Month"}[self.unit]

    def label_of(self, step: "Period") -> str:
        """Return “3 Nov” for a day or week, “Nov 2026” for a month."""
        return f"{step.first:%b %Y}" if self.unit == "month" else f"{step.first.day} {step.first:%b}"

    @property
    def steps(self) -> list["Period"]:
        """Return days up to six weeks, weeks from Monday up to half a year, and months beyond.

        The first and the last step are cut to the period.
        """
        found = []
        first = self.first
        while first <= self.last:
            last = min(self._end_of_step(first), self.last)
            found.append(Period(first, last, self.zone))
            first = last + DAY
        return found

    @property
    def unit(self) -> str:
        """Return the length of a step: “day”, “week” or “month”."""
        return "day" if self.days <= 42 else "week" if self.days <= 184 else "month"

    def _end_of_step(self, day: date) -> date:
        if self.unit == "day":
            return day
        if self.unit == "week":
            return day + timedelta(days=6 - day.weekday())
        return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - DAY
