"""Months, days and what a support tier costs in them. Pure.

A month is represented by its first day. Days are those of the organization's time zone, and a day belongs to
the tier that is in force when it begins. See docs/billing.md for the rules and an example.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.money import format_amount, format_percent, round_preserving_sum
from supportcenter.zones import begin_of


@dataclass(frozen=True)
class Price:
    """The price of a tier for a month: the larger of a minimum and a percentage of service charges."""

    minimum: Decimal
    percentage: Decimal

    @property
    def is_free(self) -> bool:
        return not self.minimum and not self.percentage

    def of_month(self, charges: Decimal) -> Decimal:
        """Return the exact price of a whole month with these service charges."""
        return max(self.minimum, charges * self.percentage / 100)

    def summary(self, currency: str) -> str:
        """Return the price in words: “7% of charges, at least 2,000.00 EUR a month”."""
        percentage, minimum = format_percent(self.percentage), format_amount(self.minimum, currency)
        return f"{percentage} of charges, at least {minimum} a month"

    def formula(self, charges: Decimal, currency: str) -> str:
        """Return the rule with its numbers: “larger of 500.00 EUR and 4.5% of 20,000.00 EUR”."""
        percentage, minimum = format_percent(self.percentage), format_amount(self.minimum, currency)
        return f"larger of {minimum} and {percentage} of {format_amount(charges, currency)}"


@dataclass(frozen=True)
class Span:
    """A period on one tier at one price, charged to a group. ``ended_at`` is None while it lasts."""

    tier: str
    price: Price
    group_id: int | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class SupportPart:
    """The cost of support for the days of a month that one span covers."""

    span: Span
    first_day: date
    last_day: date
    days: int
    days_in_month: int
    amount: Decimal


def month_of(day: date) -> date:
    """Return the month of a day."""
    return date(day.year, day.month, 1)


def local_month(instant: datetime, zone: ZoneInfo) -> date:
    """Return the month of an instant in a time zone."""
    return month_of(instant.astimezone(zone).date())


def next_month(month: date) -> date:
    return month_of(month + timedelta(days=31))


def previous_month(month: date) -> date:
    return month_of(month - timedelta(days=1))


def days_in(month: date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def months_covered(started_at: datetime, ended_at: datetime, zone: ZoneInfo) -> list[date]:
    """Return the months that lie, wholly or partly, between two instants, in a time zone."""
    month, last = local_month(started_at, zone), local_month(ended_at - datetime.resolution, zone)
    months = []
    while month <= last:
        months.append(month)
        month = next_month(month)
    return months


def support_parts(
    spans: Sequence[Span], *, month: date, zone: ZoneInfo, charges: Decimal, currency: str
) -> list[SupportPart]:
    """Return the cost of support in a month by span, without free ones.

    Each part is its share of the days times the price of the whole month; their sum is exact to the cent.
    ``charges`` are the month's service charges of the whole organization.
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
    """Return the days of the month that begin within the span."""
    days = [month + timedelta(days=number) for number in range(days_in(month))]
    return [day for day in days if _covers(span, begin_of(day, zone))]


def _covers(span: Span, instant: datetime) -> bool:
    return span.started_at <= instant and (span.ended_at is None or instant < span.ended_at)
