"""The billing of the demo's organizations: daily charges, exchange rates, invoices, tier changes."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from billing import events
from billing.actions.invoices import close_month
from billing.actions.sla import record_custom_sla
from billing.models.calendars import SupportCalendar
from billing.models.changes import ChangeStatus, TierChange
from billing.models.charges import ExchangeRate, ServiceCharge
from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier
from billing.proration import local_month, previous_month
from billing.quote_inputs import quote_for
from orgs.actor import Actor
from orgs.models import AuditArea, AuditEntry, Organization, Service, User
from orgs.source import Source

# How many past months have invoices.
INVOICED = 2
# Euros a day by the first part of the plan's name, plus or minus a quarter.
DAILY = {"startup": 4, "business": 19, "premium": 74}
RATES = {"USD": Decimal("1.084"), "JPY": Decimal("162.35")}
# Pending tier changes: the new tier, how many hours ago it was requested, and whether setup has begun.
PENDING = {"umbra": ("essential", 30, False), "initech": ("advanced", 170, True)}
REFUSED = {"marula": ("premium", 24, "Premium needs a signed agreement first. We wrote to you about it.")}


def load_billing(organizations: dict[str, Organization], now: datetime, rng: random.Random) -> None:
    """Create charges, rates and invoices of the past months, and tier changes in every state."""
    months = [*invoiced_months(now), local_month(now, ZoneInfo("UTC"))]
    ExchangeRate.objects.bulk_create(
        ExchangeRate(currency=currency, month=month, rate=rate + Decimal(rng.randint(-9, 9)) / 1000)
        for month in months
        for currency, rate in RATES.items()
    )
    days = (now.date() - months[0]).days
    ServiceCharge.objects.bulk_create(
        ServiceCharge(
            service=service, charged_on=months[0] + timedelta(days=day), amount=_amount(service, rng)
        )
        for service in Service.objects.filter(is_paid=True).order_by("pk")
        for day in range(days)
    )
    for organization in organizations.values():
        for month in months[:-1]:
            close_month(organization=organization, month=month)
    for slug, (code, hours, is_set_up) in PENDING.items():
        _request(organizations[slug], code, now - timedelta(hours=hours), is_set_up=is_set_up)
    for slug, (code, days_ago, reason) in REFUSED.items():
        _refuse(_request(organizations[slug], code, now - timedelta(days=days_ago)), reason)
    _set_custom_sla(organizations["globex"])


def invoiced_months(now: datetime) -> list[date]:
    """Return the past months that have invoices; organizations were added to the site when they began."""
    months = [previous_month(local_month(now, ZoneInfo("UTC")))]
    while len(months) < INVOICED:
        months.insert(0, previous_month(months[0]))
    return months


def _amount(service: Service, rng: random.Random) -> Decimal:
    daily = DAILY.get(service.plan.partition("-")[0], 4)
    return Decimal(round(daily * 100 * rng.uniform(0.75, 1.25))) / 100


def _request(organization: Organization, code: str, at: datetime, *, is_set_up: bool = False) -> TierChange:
    """Create the request that an admin made some time ago."""
    group = BillingGroup.objects.get(organization=organization, is_default=True)
    tier = SupportTier.objects.get(code=code)
    quote = quote_for(organization, tier, group, at)
    change = TierChange.objects.create(
        organization=organization,
        from_tier=SupportTier.objects.get(name=quote["from_tier"]),
        to_tier=tier,
        billing_group=group,
        status=ChangeStatus.IN_SETUP if is_set_up else ChangeStatus.REQUESTED,
        quote=quote,
        requested_by=_admin(organization),
        requested_at=at,
        promised_on=quote["promised_on"],
        setup_started_at=at + timedelta(hours=3) if is_set_up else None,
    )
    _log(change, events.TIER_CHANGE_REQUESTED, "Requested", change.requested_by, at)
    return change


def _refuse(change: TierChange, reason: str) -> None:
    change.status, change.reason = ChangeStatus.REFUSED, reason
    change.ended_at = change.requested_at + timedelta(hours=20)
    change.ended_by = User.objects.get(email="hal@support.example")
    change.save()
    _log(change, events.TIER_CHANGE_REFUSED, "Refused", change.ended_by, change.ended_at)


def _log(change: TierChange, event: str, what: str, who: User, at: datetime) -> None:
    AuditEntry.objects.create(
        organization=change.organization,
        area=AuditArea.TIER,
        event=event,
        summary=f"{what}: support tier {change.from_tier} → {change.to_tier}",
        actor=who,
        source=Source.WEB,
        created_at=at,
    )


def _set_custom_sla(organization: Organization) -> None:
    hal = User.objects.get(email="hal@support.example")
    record_custom_sla(
        actor=Actor.of(hal, Source.WEB),
        organization=organization,
        calendar=SupportCalendar.objects.get(code="24x7"),
        time_zone=organization.time_zone,
        document_url=f"{settings.SITE_URL}/help/",
        minutes={"low": 240, "high": 20, "critical": 10},
    )


def _admin(organization: Organization) -> User:
    return User.objects.filter(memberships__organization=organization, memberships__role="admin").order_by(
        "pk"
    )[0]
