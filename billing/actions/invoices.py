"""Closing months: one invoice for each billing group that owes something."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from billing import events
from billing.invoicing import Account, Line, corrections, lines_of_month
from billing.models.charges import ExchangeRate, ServiceCharge
from billing.models.groups import BilledProject, BillingGroup
from billing.models.invoices import CreditNote, Invoice, InvoiceLine, LineKind, MonthClose
from billing.money import spread, words
from billing.proration import local_month, next_month, previous_month
from billing.quoting import spans_of
from orgs.actions.record import lock, record
from orgs.actor import SYSTEM, Actor
from orgs.models import AuditArea, Organization, Project
from supportcenter.errors import RuleViolation

logger = structlog.get_logger(__name__)


def close_months(now: datetime) -> int:
    """Close, for every organization, the months that are over there; how many were closed.

    One that cannot be closed yet, for want of an exchange rate, is logged and does not stop the others.
    """
    count = 0
    for organization in Organization.objects.order_by("pk"):
        try:
            for month in months_to_close(organization, now):
                count += close_month(organization=organization, month=month)
        except RuleViolation as violation:
            logger.warning("month_not_closed", organization=organization.slug, reason=violation.message)
        except Exception:
            logger.exception("month_not_closed", organization=organization.slug)
    return count


def months_to_close(organization: Organization, now: datetime) -> list[date]:
    """Months that are over and not closed, oldest first; where none ever was, just the past month."""
    past = previous_month(local_month(now, ZoneInfo(organization.time_zone)))
    last = organization.closed_months.order_by("-month").values_list("month", flat=True).first()
    months, month = [], next_month(last) if last else past
    while month <= past:
        months.append(month)
        month = next_month(month)
    return months


@transaction.atomic
def close_month(*, organization: Organization, month: date) -> bool:
    """Invoice one month of an organization; False if that was done before.

    All or nothing, so that running it twice, at once, or again after a crash makes the same invoices once.
    Corrections of earlier months and open credits come onto the same invoices. Raises ``RuleViolation`` when
    an exchange rate of the month is missing, or there is nobody to charge.
    """
    organization = lock(organization)
    _, is_new = MonthClose.objects.get_or_create(organization=organization, month=month)
    if not is_new:
        return False
    account = account_of(organization)
    closed = set(organization.closed_months.values_list("month", flat=True)) - {month}
    lines = lines_of_month(account, month) + corrections(account, closed)
    by_group: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_group[line.group_id].append(line)
    credits_by_group = defaultdict(list)
    for note in CreditNote.objects.filter(billing_group__organization=organization, line=None):
        credits_by_group[note.billing_group_id].append(note)
    for group in BillingGroup.objects.filter(organization=organization).order_by("pk"):
        if by_group[group.pk] or credits_by_group[group.pk]:
            _issue(organization, group, month, by_group[group.pk], credits_by_group[group.pk])
    return True


def account_of(organization: Organization) -> Account:
    """Everything that the organization's invoices depend on; six queries.

    Raises ``RuleViolation`` when something is charged and there is no billing group.
    """
    charges = ServiceCharge.objects.of_organization(organization).by_month_and_project()
    groups = BilledProject.objects.filter(project__unit__organization=organization)
    default = BillingGroup.objects.filter(organization=organization, is_default=True).first()
    if default is None and charges:
        raise RuleViolation("no_billing_group", f"{organization} has charges and no billing group.")
    lines = InvoiceLine.objects.filter(invoice__billing_group__organization=organization)
    billed = lines.exclude(kind=LineKind.CREDIT).values_list("month", "project")
    return Account(
        zone=ZoneInfo(organization.time_zone),
        currency=settings.PRICE_CURRENCY,
        spans=spans_of(organization),
        charges=charges,
        projects=dict(Project.objects.filter(unit__organization=organization).values_list("pk", "name")),
        groups=dict(groups.values_list("project", "billing_group")),
        default_group=default.pk if default else 0,
        billed={
            (month, project): total
            for month, project, total in billed.annotate(total=Sum("base_amount")).order_by()
        },
    )


def outstanding(organization: Organization) -> Decimal:
    """What closed months owe beyond their invoices, in the currency of prices: the next corrections' sum."""
    closed = organization.closed_months.values_list("month", flat=True)
    return sum((line.base_amount for line in corrections(account_of(organization), closed)), Decimal(0))


@transaction.atomic
def grant_credit(*, actor: Actor, group: BillingGroup, base_amount: Decimal, reason: str) -> CreditNote:
    """Give money back: a credit line on the group's next invoice. The amount is positive."""
    organization = lock(group.organization)
    note = CreditNote.objects.create(
        billing_group=group, base_amount=base_amount, reason=reason, created_by=actor.person
    )
    record(
        organization,
        AuditArea.BILLING,
        events.CREDIT_GRANTED,
        f"Credit of {words(base_amount, settings.PRICE_CURRENCY)} for {group}: {reason}",
        actor=actor,
        after={"base_amount": str(base_amount), "reason": reason},
        credit_note=note.pk,
    )
    return note


def _issue(
    organization: Organization,
    group: BillingGroup,
    month: date,
    lines: Sequence[Line],
    notes: Sequence[CreditNote],
) -> Invoice:
    """Make one invoice with the next number of its group."""
    lines = [*lines, *(_credit(note, month) for note in notes)]
    rate = rate_for(group, month)
    amounts = spread((line.base_amount * rate for line in lines), group.currency)
    group = BillingGroup.objects.select_for_update().get(pk=group.pk)
    group.last_number += 1
    group.save(update_fields=["last_number"])
    invoice = Invoice.objects.create(
        billing_group=group,
        month=month,
        number=group.last_number,
        issued_by=settings.INVOICE_ISSUER,
        billed_to=group.billed_to or organization.name,
        base_currency=settings.PRICE_CURRENCY,
        currency=group.currency,
        exchange_rate=rate,
        base_total=sum((line.base_amount for line in lines), Decimal(0)),
        total=sum(amounts, Decimal(0)),
    )
    rows = InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            kind=line.kind,
            month=line.month,
            project_id=line.project_id,
            text=line.text,
            base_amount=line.base_amount,
            amount=amount,
            details=line.details,
        )
        for position, (line, amount) in enumerate(zip(lines, amounts, strict=True), start=1)
    )
    for note, row in zip(notes, rows[len(rows) - len(notes) :], strict=True):
        note.line = row
        note.save(update_fields=["line"])
    record(
        organization,
        AuditArea.BILLING,
        events.INVOICE_ISSUED,
        f"Invoice {invoice} for {month:%B %Y} issued to {group}, {words(invoice.total, group.currency)}",
        actor=SYSTEM,
        after={"total": str(invoice.total), "currency": group.currency},
        invoice=invoice.pk,
    )
    return invoice


def _credit(note: CreditNote, month: date) -> Line:
    return Line(
        note.billing_group_id, LineKind.CREDIT, month, None, f"Credit: {note.reason}", -note.base_amount
    )


def rate_for(group: BillingGroup, month: date) -> Decimal:
    """The month's exchange rate of a group's currency, held until the invoice with it is written.

    Raises ``RuleViolation`` while there is none.
    """
    if group.currency == settings.PRICE_CURRENCY:
        return Decimal(1)
    known = ExchangeRate.objects.select_for_update().filter(currency=group.currency, month=month).first()
    if known is None:
        raise RuleViolation(
            "rate_missing", f"The exchange rate of {group.currency} for {month:%B %Y} is not entered yet."
        )
    return known.rate
