"""Closing months: one invoice for each billing group with something to charge."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import structlog
from django.conf import settings
from django.db import transaction

from billing import events
from billing.accounts import account_of
from billing.invoicing import Line, invoice_lines
from billing.models.charges import ExchangeRate
from billing.models.groups import BillingGroup
from billing.models.invoices import CreditNote, Invoice, InvoiceLine, MonthClose
from billing.money import format_amount, round_preserving_sum
from billing.outstanding import months_to_close
from orgs.actions.record import lock, record
from orgs.actor import SYSTEM, Actor
from orgs.models import AuditArea, Organization
from supportcenter.errors import RuleViolation

logger = structlog.get_logger(__name__)


def close_months(now: datetime) -> int:
    """Close every month that is due; return how many were closed.

    A month that can't be closed yet, for example for want of a rate, is logged and doesn't stop others.
    """
    to_close = months_to_close(Organization.objects.order_by("pk"), now)
    return sum(
        _try_to_close(organization, month) for organization, months in to_close.items() for month in months
    )


def _try_to_close(organization: Organization, month: date) -> bool:
    try:
        return close_month(organization=organization, month=month)
    except RuleViolation as violation:
        logger.warning(
            "month_not_closed", organization=organization.slug, month=str(month), reason=violation.message
        )
    except Exception:
        logger.exception("month_not_closed", organization=organization.slug, month=str(month))
    return False


@transaction.atomic
def close_month(*, organization: Organization, month: date) -> bool:
    """Invoice one month of an organization; return False if that was done before.

    It issues all invoices of the month or none, so repeating it, also concurrently or after a crash, is safe.
    Corrections of closed months and open credits are added to the same invoices. Raises ``RuleViolation``
    when an exchange rate of the month is missing, or there is no billing group to charge.
    """
    organization = lock(organization)
    _, is_new = MonthClose.objects.get_or_create(organization=organization, month=month)
    if not is_new:
        return False
    lines_by_group = invoice_lines(account_of(organization), month)
    if 0 in lines_by_group:
        raise RuleViolation("no_billing_group", f"{organization} has charges but no billing group.")
    groups = BillingGroup.objects.in_bulk(lines_by_group)
    for pk, lines in lines_by_group.items():
        _issue(organization, groups[pk], month, lines)
    return True


@transaction.atomic
def grant_credit(*, actor: Actor, group: BillingGroup, base_amount: Decimal, reason: str) -> CreditNote:
    """Grant a credit, which becomes a line of the group's next invoice. The amount is positive."""
    organization = lock(group.organization)
    note = CreditNote.objects.create(
        billing_group=group, base_amount=base_amount, reason=reason, created_by=actor.person
    )
    record(
        organization,
        AuditArea.BILLING,
        events.CREDIT_GRANTED,
        f"Credit of {format_amount(base_amount, settings.PRICE_CURRENCY)} for {group}: {reason}",
        actor=actor,
        after={"base_amount": str(base_amount), "reason": reason},
        credit_note=note.pk,
    )
    return note


def _issue(organization: Organization, group: BillingGroup, month: date, lines: Sequence[Line]) -> Invoice:
    """Issue one invoice with the next number of its group."""
    rate = rate_for(group, month)
    amounts = round_preserving_sum((line.base_amount * rate for line in lines), group.currency)
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
    for line, row in zip(lines, rows, strict=True):
        if line.credit_id:
            CreditNote.objects.filter(pk=line.credit_id).update(line=row)
    total = format_amount(invoice.total, group.currency)
    record(
        organization,
        AuditArea.BILLING,
        events.INVOICE_ISSUED,
        f"Invoice {invoice} for {month:%B %Y} issued to {group}, {total}",
        actor=SYSTEM,
        after={"total": str(invoice.total), "currency": group.currency},
        invoice=invoice.pk,
    )
    return invoice


def rate_for(group: BillingGroup, month: date) -> Decimal:
    """Return the month's exchange rate of a group's currency, locked until the transaction ends.

    Raises ``RuleViolation`` if there is none.
    """
    if group.currency == settings.PRICE_CURRENCY:
        return Decimal(1)
    known = ExchangeRate.objects.select_for_update().filter(currency=group.currency, month=month).first()
    if known is None:
        raise RuleViolation(
            "rate_missing", f"The {group.currency} exchange rate for {month:%B %Y} is missing."
        )
    return known.rate
