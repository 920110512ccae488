"""Quotes for changing the tier, from what the database holds."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from billing import quote
from billing.accounts import spans_of
from billing.calendars import business_day_after
from billing.entitlements import Entitlement, country_of, entitlement_of, entitlement_on_tier, tier_of
from billing.models.charges import ExchangeRate, ServiceCharge
from billing.models.groups import BillingGroup
from billing.models.tiers import SEVERITIES, SupportTier
from billing.proration import local_month, previous_month
from orgs.models import Organization


def quote_for(
    organization: Organization, tier: SupportTier, group: BillingGroup, now: datetime
) -> dict[str, Any]:
    """Return the quote for changing to ``tier``, charged to ``group``, as of ``now``."""
    zone = ZoneInfo(organization.time_zone)
    last_month = previous_month(local_month(now, zone))
    before, after = entitlement_of(organization, now), entitlement_on_tier(tier, organization)
    promised_on, effective_at = start_of(organization, tier, now)
    return quote.calculate(
        quote.Inputs(
            from_tier=tier_of(organization, now).name,
            to_tier=tier.name,
            price=tier.price,
            billing_group=group.name,
            base_currency=settings.PRICE_CURRENCY,
            rate=latest_rate(group.currency),
            last_month=last_month,
            last_month_charges=ServiceCharge.objects.of_organization(organization).total_of(last_month),
            spans=spans_of(organization),
            zone=zone,
            promised_on=promised_on,
            effective_at=effective_at,
            promises=[_promise(severity, label, before, after) for severity, label in SEVERITIES],
            hours=(before.hours_label, after.hours_label),
            phone=(before.has_phone, after.has_phone),
        )
    )


def start_of(
    organization: Organization, tier: SupportTier, now: datetime
) -> tuple[date | None, datetime | None]:
    """Return the promised date of a paid tier, or the instant at which the free one takes effect."""
    zone = ZoneInfo(organization.time_zone)
    if tier.is_free:
        return None, quote.end_of_month(now, zone)
    today = now.astimezone(zone).date()
    return business_day_after(today, settings.TIER_SETUP_DAYS, country=country_of(organization)), None


def latest_rate(currency: str) -> quote.Rate:
    """Return the newest exchange rate of a currency; 1 and no month if there is none or none is needed."""
    known = None
    if currency != settings.PRICE_CURRENCY:
        known = ExchangeRate.objects.filter(currency=currency).order_by("-month").first()
        if known is None:
            return quote.Rate(settings.PRICE_CURRENCY, Decimal(1), None)
    return quote.Rate(currency, known.rate if known else Decimal(1), known.month if known else None)


def _promise(severity: str, label: str, before: Entitlement, after: Entitlement) -> quote.Promise:
    return quote.Promise(label, before.targets[severity].label, after.targets[severity].label)
