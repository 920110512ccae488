"""Quotes: what a change of tier would cost and what it includes, with every input. Pure.

A quote is shown before the change is confirmed, and stored with it. It is the JSON that is stored and holds
everything that a page shows, so that an old quote still reads as it did when it was confirmed.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing.money import format_amount, round_amount, round_preserving_sum
from billing.proration import Price, Span, local_month, month_of, next_month, support_parts
from supportcenter.zones import begin_of


@dataclass(frozen=True)
class Rate:
    """The value of one unit of the currency of prices in the group's currency, and the month it is from."""

    currency: str
    rate: Decimal
    month: date | None


@dataclass(frozen=True)
class Promise:
    """The first-response target of a severity, in words, before and after the change."""

    severity: str
    before: str
    after: str


@dataclass(frozen=True)
class Inputs:
    """Everything that a quote is calculated from. Amounts are in ``base_currency``, that of prices."""

    from_tier: str
    to_tier: str
    price: Price
    billing_group: str
    base_currency: str
    rate: Rate
    last_month: date
    last_month_charges: Decimal
    spans: Sequence[Span]
    zone: ZoneInfo
    promised_on: date | None
    effective_at: datetime | None
    promises: Sequence[Promise]
    hours: tuple[str, str]
    phone: tuple[bool, bool]


def calculate(inputs: Inputs) -> dict[str, Any]:
    """Return the quote as JSON: inputs, formula, this month by day, a full month, and what changes."""
    base, rate = inputs.base_currency, inputs.rate
    full = round_amount(inputs.price.of_month(inputs.last_month_charges), base)
    starts_on = inputs.promised_on or _local_date(inputs)
    return {
        "from_tier": inputs.from_tier,
        "to_tier": inputs.to_tier,
        "billing_group": inputs.billing_group,
        "minimum": str(inputs.price.minimum),
        "percentage": str(inputs.price.percentage),
        "base_currency": base,
        "currency": rate.currency,
        "exchange_rate": f"{rate.rate.normalize():f}",
        "exchange_rate_month": rate.month.isoformat() if rate.month else None,
        "last_month": inputs.last_month.isoformat(),
        "last_month_charges": str(inputs.last_month_charges),
        "formula": formula(inputs.price, inputs.last_month_charges, inputs.last_month, base),
        "full_month": _both(full, rate),
        "this_month": this_month(inputs, starts_on),
        "starts_on": starts_on.isoformat(),
        "promised_on": inputs.promised_on.isoformat() if inputs.promised_on else None,
        "effective_at": inputs.effective_at.isoformat() if inputs.effective_at else None,
        "promises": [asdict(each) for each in inputs.promises],
        "hours": list(inputs.hours),
        "phone": list(inputs.phone),
    }


def formula(price: Price, charges: Decimal, month: date, currency: str) -> str:
    """Return the price of a month as a sentence with its numbers."""
    if price.is_free:
        return "This tier has no extra cost."
    share = format_amount(charges * price.percentage / 100, currency)
    return (
        f"The {price.formula(charges, currency)} (the service charges for {month:%B %Y}), which is {share}: "
        f"{format_amount(price.of_month(charges), currency)} a month."
    )


def this_month(inputs: Inputs, starts_on: date) -> dict[str, Any]:
    """Return the costs of the month in which the new tier starts, by tier."""
    month = month_of(starts_on)
    starts_at = begin_of(starts_on, inputs.zone)
    spans = [_until(span, starts_at) for span in inputs.spans]
    spans.append(Span(inputs.to_tier, inputs.price, None, starts_at, None))
    charges, base = inputs.last_month_charges, inputs.base_currency
    parts = support_parts(spans, month=month, zone=inputs.zone, charges=charges, currency=base)
    amounts = round_preserving_sum((part.amount * inputs.rate.rate for part in parts), inputs.rate.currency)
    return {
        "month": month.isoformat(),
        "parts": [
            {
                "tier": part.span.tier,
                "first_day": part.first_day.isoformat(),
                "last_day": part.last_day.isoformat(),
                "days": part.days,
                "days_in_month": part.days_in_month,
                "full_month": str(round_amount(part.span.price.of_month(charges), base)),
                "base_amount": str(part.amount),
                "amount": str(amount),
            }
            for part, amount in zip(parts, amounts, strict=True)
        ],
        **_both(sum((part.amount for part in parts), Decimal(0)), inputs.rate),
    }


def digest(quote: dict[str, Any]) -> str:
    """Return a digest of the quote: a confirmation with another digest was for other numbers."""
    return hashlib.sha256(json.dumps(quote, sort_keys=True).encode()).hexdigest()[:32]


def end_of_month(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the current month ends in a time zone."""
    return begin_of(next_month(local_month(now, zone)), zone)


def _until(span: Span, instant: datetime) -> Span:
    """Return the span, ended at ``instant`` at the latest."""
    ended_at = min(span.ended_at, instant) if span.ended_at else instant
    return Span(span.tier, span.price, span.group_id, span.started_at, ended_at)


def _local_date(inputs: Inputs) -> date:
    assert inputs.effective_at  # noqa: S101 - one of promised_on and effective_at is always set
    return inputs.effective_at.astimezone(inputs.zone).date()


def _both(amount: Decimal, rate: Rate) -> dict[str, str]:
    """Return an amount in the currency of prices and in the billing group's."""
    return {"base_amount": str(amount), "amount": str(round_amount(amount * rate.rate, rate.currency))}
