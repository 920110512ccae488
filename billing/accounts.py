"""Everything about organizations that invoices are calculated from."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from billing.invoicing import Account, Credit, corrections
from billing.models.charges import ServiceCharge
from billing.models.groups import BilledProject, BillingGroup
from billing.models.invoices import CreditNote, InvoiceLine, LineKind, MonthClose
from billing.models.tiers import TierPeriod
from billing.proration import Span
from orgs.models import Organization, Project

Rows = dict[int, list[tuple[Any, ...]]]


def account_of(organization: Organization) -> Account:
    """Return everything that the organization's invoices depend on."""
    return accounts_of([organization])[organization.pk]


def accounts_of(organizations: Iterable[Organization]) -> dict[int, Account]:
    """Return the accounts of organizations by organization id; eight queries for any number."""
    zones = {each.pk: ZoneInfo(each.time_zone) for each in organizations}
    groups = BillingGroup.objects.filter(organization__in=zones)
    group_rows = _by_organization(groups.values_list("organization", "pk", "currency", "is_default"))
    projects = Project.objects.filter(unit__organization__in=zones)
    project_rows = _by_organization(projects.values_list("unit__organization", "pk", "name"))
    chosen = BilledProject.objects.filter(billing_group__organization__in=zones)
    chosen_rows = _by_organization(
        chosen.values_list("billing_group__organization", "project", "billing_group")
    )
    charge_rows = _by_organization(ServiceCharge.objects.monthly_totals(zones))
    closed = MonthClose.objects.filter(organization__in=zones)
    closed_rows = _by_organization(closed.values_list("organization", "month"))
    billed_rows, credit_rows, spans = _billed(zones), _credits(zones), _spans(zones)
    return {
        pk: Account(
            zone=zone,
            currency=settings.PRICE_CURRENCY,
            spans=spans[pk],
            charges=_by_month(charge_rows[pk]),
            projects=dict(project_rows[pk]),
            groups=dict(chosen_rows[pk]),
            default_group=next((group for group, _, is_default in group_rows[pk] if is_default), 0),
            billed={(month, project): total for month, project, total in billed_rows[pk]},
            currencies={group: currency for group, currency, _ in group_rows[pk]},
            closed=frozenset(month for (month,) in closed_rows[pk]),
            credits=[Credit(*row) for row in credit_rows[pk]],
        )
        for pk, zone in zones.items()
    }


def amount_to_correct(organization: Organization) -> Decimal:
    """Return what closed months cost beyond their invoices, in the currency of prices."""
    account = account_of(organization)
    return sum((line.base_amount for line in corrections(account, account.closed)), Decimal(0))


def spans_of(organization: Organization) -> list[Span]:
    """Return the organization's history of tiers at their agreed prices."""
    return _spans([organization.pk])[organization.pk]


def _spans(organizations: Iterable[int]) -> dict[int, list[Span]]:
    periods = TierPeriod.objects.filter(organization__in=organizations).select_related("tier")
    spans = defaultdict(list)
    for each in periods:
        span = Span(each.tier.name, each.price, each.billing_group_id, each.started_at, each.ended_at)
        spans[each.organization_id].append(span)
    return spans


def _billed(organizations: Iterable[int]) -> Rows:
    owner = "invoice__billing_group__organization"
    lines = InvoiceLine.objects.filter(**{f"{owner}__in": organizations}).exclude(kind=LineKind.CREDIT)
    totals = lines.values_list(owner, "month", "project").annotate(total=Sum("base_amount"))
    return _by_organization(totals.order_by())


def _credits(organizations: Iterable[int]) -> Rows:
    owner = "billing_group__organization"
    notes = CreditNote.objects.filter(**{f"{owner}__in": organizations}, line=None).order_by("pk")
    return _by_organization(notes.values_list(owner, "pk", "billing_group", "base_amount", "reason"))


def _by_month(rows: Iterable[tuple[Any, ...]]) -> dict[Any, dict[int, Decimal]]:
    charges: dict[Any, dict[int, Decimal]] = defaultdict(dict)
    for month, project, total in rows:
        charges[month][project] = total
    return dict(charges)


def _by_organization(rows: Iterable[tuple[Any, ...]]) -> Rows:
    """Group rows by their first value, the organization's id."""
    found: Rows = defaultdict(list)
    for pk, *values in rows:
        found[pk].append(tuple(values))
    return found
