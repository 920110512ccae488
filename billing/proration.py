"""Months, days and what a support tier costs in them. Pure.

A month is its first day. Days are those of the organization's time zone, and a day belongs to the tier that
is in force when it begins. See docs/billing.md for the rules with an example.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.money import round_preserving_sum


@dataclass(frozen=True)
class Price:
    """The price of a tier for a month: the larger of a minimum and a percentage of service charges."""

    minimum: Decimal
    percentage: Decimal

    @property
    def is_free(self) -> bool:
        return not self.minimum and not self.percentage

    def of_month(self, charges: Decimal) -> Decimal:
        """The exact price of a whole month with these service charges."""
        return max(self.minimum, charges * self.percentage / 100)


@dataclass(frozen=True)
class Span:
    """An organization on one tier for a time, at a price, charged to a group. An open end is None."""

    tier: str
    price: Price
    group_id: int | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class SupportPart:
    """What support costs for the days of a month that one span covers."""

    span: Span
    first_day: date
    last_day: date
    days: int
    days_in_month: int
    amount: Decimal


def month_of(day: date) -> date:
    """The month that a day lies in."""
    return date(day.year, day.month, 1)


def local_month(instant: datetime, zone: ZoneInfo) -> date:
    """The month that an instant lies in, in a time zone."""
    return month_of(instant.astimezone(zone).date())


def next_month(month: date) -> date:
    return month_of(month + timedelta(days=31))


def previous_month(month: date) -> date:
    return month_of(month - timedelta(days=1))


def days_in(month: date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins in a time zone, in UTC."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def months_covered(started_at: datetime, ended_at: datetime, zone: ZoneInfo) -> list[date]:
    """The months of a time zone that lie, wholly or partly, between two instants."""
    month, last = local_month(started_at, zone), local_month(ended_at - datetime.resolution, zone)
    months = []
    while month <= last:
        months.append(month)
        month = next_month(month)
    return months


def support_parts(
    spans: Sequence[Span], *, month: date, zone: ZoneInfo, charges: Decimal, currency: str
) -> list[SupportPart]:
    """What support costs in a month, by span; free spans cost nothing and are left out.

    Each part is its share of the days times the price of the whole month; together they are exact to the
    cent. ``charges`` are the month's service charges of the whole organization.
    """
    covered = [(span, _days(span, month, zone)) for span in sorted(spans, key=lambda span: span.started_at)]
    charged = [(span, days) for span, days in covered if days and not span.price.is_free]
    whole = days_in(month)
    amounts = round_preserving_sum(
        (span.price.of_month(charges) * len(days) / whole for span, days in charged), currency
    )
    return [
        SupportPart(span, days[0], days[-1], len(days), whole, amount)
        for (span, days), amount in zip(charged, amounts, strict=True)
    ]


def _days(span: Span, month: date, zone: ZoneInfo) -> list[date]:
    """The days of the month whose beginning the span covers."""
    days = [month + timedelta(days=number) for number in range(days_in(month))]
    return [day for day in days if _covers(span, begin_of(day, zone))]


def _covers(span: Span, instant: datetime) -> bool:
    return span.started_at <= instant and (span.ended_at is None or instant < span.ended_at)
