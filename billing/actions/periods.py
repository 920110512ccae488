"""Periods of an organization on a tier."""

from datetime import datetime

from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier, TierPeriod
from billing.proration import Price
from orgs.models import Organization


def start_period(
    organization: Organization,
    tier: SupportTier,
    *,
    at: datetime,
    group: BillingGroup | None,
    price: Price | None = None,
) -> TierPeriod:
    """End the current period and start one on ``tier``, at the agreed price or else the tier's."""
    price = price or tier.price
    TierPeriod.objects.filter(organization=organization, ended_at=None).update(ended_at=at)
    return TierPeriod.objects.create(
        organization=organization,
        tier=tier,
        billing_group=None if price.is_free else group,
        minimum_amount=price.minimum,
        percentage=price.percentage,
        started_at=at,
    )
