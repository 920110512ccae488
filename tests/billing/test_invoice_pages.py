import csv
import io
import re
import sys
from datetime import date
from decimal import Decimal

import pytest

from billing.actions.invoices import grant_credit
from billing.models.charges import ExchangeRate
from billing.models.groups import BillingGroup
from billing.models.invoices import Invoice
from orgs.models import Project, Service
from tests import builders
from tests.cast import actor

PAGE = "/o/acme/admin/invoices/"


@pytest.fixture
def invoice(cast) -> Invoice:
    """In yen, with services and support."""
    cast.acme.billing_groups.update(currency="JPY", billed_to="Acme KK\nTokyo <1>")
    ExchangeRate.objects.create(currency="JPY", month=date(2026, 10, 1), rate="162.35")
    return builders.invoice(cast.kafka)


@pytest.fixture
def dov(cast, client_of):
    """The billing contact."""
    return client_of(cast.dov)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_list_shows_month_number_group_and_total(dov, invoice):
    page = text(dov.get(PAGE))
    for words in ["October 2026", invoice.reference, "Acme main (JPY)", "340,935 JPY"]:
        assert words in page


def test_empty_list_says_what_comes(dov):
    assert "Each billing group gets an invoice for the past month on the 1st." in text(dov.get(PAGE))


def test_credit_that_waits_is_on_the_list(cast, dov):
    note = grant_credit(
        actor=actor(cast.hal), group=cast.acme_group, base_amount=Decimal(5), reason="Slow answer"
    )
    told = f"A credit of 5.00 EUR for {note.billing_group} will appear on its next invoice: Slow answer"
    assert told in text(dov.get(PAGE))


def test_invoice_shows_lines_in_both_currencies_rate_and_total(dov, invoice):
    page = text(dov.get(invoice.get_absolute_url()))
    for words in [
        "1 EUR = 162.35 JPY",
        "Acme KK<br>Tokyo &lt;1&gt;",
        'Services of project acme-eu-prod</td><td class="money">100.00</td><td class="money">16,235</td>',
        "31 of 31 days, larger of 2,000.00 EUR and 7% of 100.00 EUR",
        'Total, excluding tax</th><td class="money">2,100.00</td>',
        "<strong>340,935 JPY</strong>",
    ]:
        assert words in page


def test_csv_has_every_line_with_what_it_was_worked_out_from(dov, invoice):
    response = dov.get(f"{invoice.get_absolute_url()}csv/")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{invoice}.csv"'
    services, support = csv.DictReader(io.StringIO(response.getvalue().decode()))
    assert services == {
        "invoice": invoice.reference,
        "line": "1",
        "kind": "services",
        "month": "2026-10",
        "project": "acme-eu-prod",
        "text": "Services of project acme-eu-prod",
        "base_amount": "100.00",
        "base_currency": "EUR",
        "exchange_rate": "162.350000",
        "amount": "16235",
        "currency": "JPY",
    }
    assert (support["project"], support["amount"]) == ("", "324700")


def test_pdf_is_one(dov, invoice):
    response = dov.get(f"{invoice.get_absolute_url()}pdf/")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{invoice}.pdf"'
    assert response.content.startswith(b"%PDF-")
    assert response.content.rstrip().endswith(b"%%EOF")


class Broken:
    """An importer that finds WeasyPrint and cannot load the library behind it."""

    def find_spec(self, name: str, *args) -> None:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("package", "WeasyPrint is not installed: install requirements/pdf.txt."),
        ("library", "a system library that it needs is missing (libpango-1.0-0,"),
    ],
)
def test_site_without_weasyprint_says_what_to_do_instead(dov, invoice, monkeypatch, missing, said):
    if missing == "package":
        monkeypatch.setitem(sys.modules, "weasyprint", None)
    else:
        monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
        monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    response = dov.get(f"{invoice.get_absolute_url()}pdf/")
    assert response.status_code == 501
    assert "print it and choose to save it as a PDF" in text(response)
    assert said in text(response)


@pytest.mark.parametrize("part", ["", "csv/", "pdf/"])
def test_invoice_of_another_organization_is_404_and_members_see_none(cast, client_of, dov, invoice, part):
    service = cast.globex.units.get().projects.get().services.get()
    theirs = builders.invoice(service)
    assert dov.get(f"{PAGE}{theirs.pk}/{part}").status_code == 404
    assert dov.get(f"{theirs.get_absolute_url()}{part}").status_code == 404
    assert client_of(cast.ben).get(f"{PAGE}{invoice.pk}/{part}").status_code == 403


def test_invoices_of_another_organization_are_not_listed(cast, dov):
    theirs = builders.invoice(cast.globex.units.get().projects.get().services.get())
    assert str(theirs) not in text(dov.get(PAGE))


@pytest.mark.parametrize("count", [1, 30])
def test_list_costs_the_same_with_one_and_thirty(cast, dov, count, django_assert_num_queries):
    values = {"month": date(2026, 10, 1), "base_currency": "EUR", "currency": "EUR", "exchange_rate": 1}
    for number in range(count):
        group = BillingGroup.objects.create(organization=cast.acme, name=f"Group {number}")
        Invoice.objects.create(billing_group=group, number=1, base_total=1, total=1, **values)
        grant_credit(actor=actor(cast.hal), group=group, base_amount=Decimal(1), reason="Sorry")
    with django_assert_num_queries(6):  # session, person, roles; organization, invoices, credits
        dov.get(PAGE)


@pytest.mark.parametrize("count", [1, 30])
def test_invoice_costs_the_same_with_one_and_thirty_lines(cast, dov, count, django_assert_num_queries):
    for number in range(count):
        project = Project.objects.create(unit=cast.kafka.project.unit, name=f"p{number}")
        service = Service.objects.create(project=project, name="s", product="kafka")
        builders.charge(service, date(2026, 10, 2))
    page = builders.invoice(cast.kafka).get_absolute_url()
    for part in ("", "csv/"):
        with django_assert_num_queries(7):  # session, person, roles; organization, invoice, lines, projects
            dov.get(f"{page}{part}")
