"""Outstanding months: the ones to invoice, for the hourly job and for the account team's pages.

They are derived from charges and tiers, not from the month that was closed last, so a month that could not be
closed in time stays outstanding until it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from billing.accounts import accounts_of
from billing.invoicing import invoice_lines
from billing.models.charges import ExchangeRate, ServiceCharge
from billing.models.invoices import LineKind, MonthClose
from billing.models.tiers import TierPeriod
from billing.proration import local_month, month_of, months_covered, previous_month
from orgs.models import Organization


@dataclass(frozen=True)
class OutstandingMonth:
    """A month that is not invoiced, and what is missing: exchange rates of currencies, or a billing group.

    ``base_amount`` is what services and support cost in it, in the currency of prices.
    """

    organization: Organization
    month: date
    base_amount: Decimal
    missing_rates: Sequence[str]
    lacks_group: bool


def billing_start(organization: Organization) -> date:
    """Return the first month to invoice; earlier ones were invoiced elsewhere, if at all."""
    if settings.BILLING_STARTS_ON:
        return month_of(settings.BILLING_STARTS_ON)
    return local_month(organization.created_at, ZoneInfo(organization.time_zone))


def months_to_close(organizations: Iterable[Organization], now: datetime) -> dict[Organization, list[date]]:
    """Return the months to close, by organization, oldest first; three queries.

    They are the months since billing started with charges or a paid tier that have ended in the
    organization's time zone and are not closed. The latest is included even if nothing was charged, so that
    credits and corrections always get an invoice.
    """
    zones = {each: ZoneInfo(each.time_zone) for each in organizations}
    pks = [each.pk for each in zones]
    months: dict[int, set[date]] = defaultdict(set)
    for pk, month in ServiceCharge.objects.months(pks):
        months[pk].add(month)
    periods = defaultdict(list)
    for period in TierPeriod.objects.paid().filter(organization__in=pks):
        periods[period.organization_id].append(period)
    closed = set(MonthClose.objects.filter(organization__in=pks).values_list("organization", "month"))
    found = {}
    for organization, zone in zones.items():
        latest = previous_month(local_month(now, zone))
        wanted = months[organization.pk] | {latest}
        for period in periods[organization.pk]:
            wanted.update(months_covered(period.started_at, min(period.ended_at or now, now), zone))
        start = billing_start(organization)
        found[organization] = [
            month
            for month in sorted(wanted)
            if start <= month <= latest and (organization.pk, month) not in closed
        ]
    return {organization: months for organization, months in found.items() if months}


def outstanding_months(organizations: Iterable[Organization], now: datetime) -> list[OutstandingMonth]:
    """Return the months to close that have invoice lines, with what is missing; twelve queries."""
    to_close = months_to_close(organizations, now)
    accounts = accounts_of(to_close)
    wanted = {month for months in to_close.values() for month in months}
    rates = set(ExchangeRate.objects.filter(month__in=wanted).values_list("currency", "month"))
    found = []
    for organization, months in to_close.items():
        account = accounts[organization.pk]
        for month in months:
            lines = invoice_lines(account, month)
            if not lines:
                continue
            own = [line for group in lines.values() for line in group if line.month == month]
            currencies = {account.currencies.get(group, account.currency) for group in lines}
            found.append(
                OutstandingMonth(
                    organization,
                    month,
                    sum((line.base_amount for line in own if line.kind != LineKind.CREDIT), Decimal(0)),
                    sorted(each for each in currencies - {account.currency} if (each, month) not in rates),
                    lacks_group=0 in lines,
                )
            )
    return found
