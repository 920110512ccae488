"""Service charges and exchange rates."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from billing import events
from billing.charge_file import ChargeLine
from billing.models.charges import ExchangeRate, ServiceCharge
from billing.models.invoices import Invoice
from billing.money import format_amount
from orgs.actions.record import record
from orgs.actor import Actor
from orgs.csv_import import BadFile, Problem
from orgs.models import AuditArea, Organization, Service
from supportcenter.errors import RuleViolation

# How many services are looked up in one query.
CHUNK = 500


@dataclass(frozen=True)
class ImportOutcome:
    """How many charges were (or would be) added, changed or left as they are, and the total of the file."""

    created: int
    changed: int
    unchanged: int
    total: Decimal


@transaction.atomic
def import_charges(*, actor: Actor, lines: Sequence[ChargeLine], dry_run: bool = False) -> ImportOutcome:
    """Store charges, all or none; an existing charge of the same service and day gets the new amount.

    Repeating an import changes nothing. Each organization with changes gets one audit entry. With ``dry_run``
    nothing is written. Raises ``BadFile`` for unknown services.
    """
    services = _services(lines)
    known = _amounts(services.values(), {line.date for line in lines})
    rows = [(services[line.project, line.service], line) for line in lines]
    new = [(service, line) for service, line in rows if (service.pk, line.date) not in known]
    changed = [
        (service, line)
        for service, line in rows
        if known.get((service.pk, line.date), line.amount) != line.amount
    ]
    if not dry_run:
        _store(new + changed)
        _record(actor, new + changed)
    total = sum((line.amount for line in lines), Decimal(0))
    return ImportOutcome(len(new), len(changed), len(rows) - len(new) - len(changed), total)


@transaction.atomic
def set_exchange_rate(*, currency: str, month: date, rate: Decimal) -> ExchangeRate:
    """Set how much of ``currency`` one unit of the currency of prices is worth in a month.

    Raises ``RuleViolation`` for the currency of prices, and if an invoice was issued at the month's rate.
    """
    if currency == settings.PRICE_CURRENCY:
        raise RuleViolation(
            "own_currency", "Prices are in this currency, so it needs no exchange rate.", field="currency"
        )
    # Issuing an invoice locks the rate that it uses.
    ExchangeRate.objects.select_for_update().filter(currency=currency, month=month).first()
    if Invoice.objects.filter(currency=currency, month=month).exists():
        raise RuleViolation(
            "rate_used", f"Invoices for {month:%B %Y} were already issued at this rate.", field="month"
        )
    known, _ = ExchangeRate.objects.update_or_create(currency=currency, month=month, defaults={"rate": rate})
    return known


def _services(lines: Sequence[ChargeLine]) -> dict[tuple[str, str], Service]:
    """Return the services in the file, including those removed from the platform since."""
    names = sorted({(line.project, line.service) for line in lines})
    found: dict[tuple[str, str], Service] = {}
    for start in range(0, len(names), CHUNK):
        wanted = Q()
        for project, service in names[start : start + CHUNK]:
            wanted |= Q(project__name=project, name=service)
        for each in Service.objects.filter(wanted).select_related("project__unit__organization"):
            found[each.project.name, each.name] = each
    problems = [
        Problem(line.line, f"The project {line.project} has no service {line.service}.")
        for line in lines
        if (line.project, line.service) not in found
    ]
    if problems:
        raise BadFile(problems)
    return found


def _amounts(services: Iterable[Service], days: set[date]) -> dict[tuple[int, date], Decimal]:
    charges = ServiceCharge.objects.filter(service__in=list(services), charged_on__in=days)
    return {(each.service_id, each.charged_on): each.amount for each in charges}


def _store(rows: Sequence[tuple[Service, ChargeLine]]) -> None:
    """Store charges in a fixed order, so that concurrent imports can't deadlock."""
    rows = sorted(rows, key=lambda row: (row[0].pk, row[1].date))
    ServiceCharge.objects.bulk_create(
        [ServiceCharge(service=service, charged_on=line.date, amount=line.amount) for service, line in rows],
        update_conflicts=True,
        unique_fields=["service", "charged_on"],
        update_fields=["amount"],
        batch_size=5000,
    )


def _record(actor: Actor, rows: Sequence[tuple[Service, ChargeLine]]) -> None:
    by_organization: dict[Organization, list[ChargeLine]] = defaultdict(list)
    for service, line in rows:
        by_organization[service.project.unit.organization].append(line)
    for organization, lines in sorted(by_organization.items(), key=lambda item: item[0].pk):
        total = format_amount(sum((line.amount for line in lines), Decimal(0)), settings.PRICE_CURRENCY)
        first, last = min(line.date for line in lines), max(line.date for line in lines)
        record(
            organization,
            AuditArea.BILLING,
            events.CHARGES_IMPORTED,
            f"Imported {len(lines)} service charges from {first} to {last}, {total}",
            actor=actor,
            after={"count": len(lines), "from": first.isoformat(), "to": last.isoformat(), "total": total},
        )
