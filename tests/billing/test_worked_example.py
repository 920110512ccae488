"""The example in docs/billing.md, made by the program."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from billing.actions.invoices import close_month
from billing.actions.periods import start_period
from billing.models.charges import ExchangeRate
from billing.models.groups import BillingGroup
from billing.models.invoices import Invoice
from billing.models.tiers import SupportTier
from billing.money import format_number
from orgs.models import Project, Service
from tests import builders

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "billing.md").read_text("utf-8")
ESSENTIAL_SINCE = datetime(2021, 1, 1, tzinfo=UTC)


def documented(month: str) -> list[tuple[str, str, str]]:
    """The rows of the table of a month's invoice."""
    table = re.search(rf"^\| {month}'s invoice .*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert table
    rows = [line.strip("| ").split(" | ") for line in table[0].strip().splitlines()[2:]]
    return [(text, base, amount) for text, base, amount in rows]


def made(month: date) -> list[tuple[str, str, str]]:
    """The same of the real invoice, without the formula behind the lines of support."""
    invoice = Invoice.objects.get(month=month)
    rows = [
        (line.text.partition(": ")[0] if line.kind == "support" else line.text, line.base_amount, line.amount)
        for line in invoice.lines.all()
    ]
    rows.append(("Total", invoice.base_total, invoice.total))
    return [(text, format_number(base, "EUR"), format_number(amount, "USD")) for text, base, amount in rows]


@pytest.fixture
def acme(cast):
    """Acme as the page tells it."""
    BillingGroup.objects.filter(pk=cast.acme_group.pk).update(currency="USD")
    group = BillingGroup.objects.get(pk=cast.acme_group.pk)
    start_period(cast.acme, SupportTier.objects.get(code="essential"), at=ESSENTIAL_SINCE, group=group)
    upgrade = datetime(2026, 11, 16, 10, tzinfo=UTC)
    start_period(cast.acme, SupportTier.objects.get(code="advanced"), at=upgrade, group=group)
    for month, rate in ((11, "1.084"), (12, "1.1")):
        ExchangeRate.objects.create(currency="USD", month=date(2026, month, 1), rate=Decimal(rate))
    data = Project.objects.create(unit=cast.acme.units.get(name="EU"), name="acme-data")
    lake = Service.objects.create(project=data, name="lake", product="postgresql")
    builders.charge(lake, date(2026, 11, 5), "20000")
    builders.charge(cast.kafka, date(2026, 11, 5), "11250")
    builders.charge(lake, date(2026, 12, 5), "30000")
    return cast.acme


def test_both_invoices_are_those_of_the_page(cast, acme):
    close_month(organization=acme, month=date(2026, 11, 1))
    builders.charge(cast.kafka, date(2026, 11, 20), "150")
    close_month(organization=acme, month=date(2026, 12, 1))
    assert made(date(2026, 11, 1)) == documented("November")
    assert made(date(2026, 12, 1)) == documented("December")
