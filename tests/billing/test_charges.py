from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from billing.actions.charges import ImportOutcome, import_charges, set_exchange_rate
from billing.actions.invoices import close_months
from billing.charge_file import ChargeLine, parse_charges
from billing.models.charges import ExchangeRate, ServiceCharge
from orgs.csv_import import BadFile
from orgs.models import AuditEntry
from tests import builders
from tests.cast import actor

PAGE = "/account-team/charges/"
HEAD = "date,project,service,amount\n"
KAFKA = "acme-eu-prod,orders-kafka"
GOOD = f"{HEAD}2026-10-01,{KAFKA},12.50\n2026-10-02,{KAFKA},0\n2026-10-01,globex-prod,crm-pg,7\n"


def imported(cast, text: str, **options) -> ImportOutcome:
    return import_charges(actor=actor(cast.hal), lines=parse_charges(text), **options)


def stored() -> list[tuple]:
    rows = ServiceCharge.objects.order_by("service__name", "charged_on")
    return list(rows.values_list("service__name", "charged_on__day", "amount"))


def problems(do, *args) -> list[str]:
    with pytest.raises(BadFile) as bad:
        do(*args)
    return [str(each) for each in bad.value.problems]


def test_charges_are_stored_by_service_and_day(cast):
    assert imported(cast, GOOD) == ImportOutcome(3, 0, 0, Decimal("19.50"))
    assert stored() == [
        ("crm-pg", 1, Decimal(7)),
        ("orders-kafka", 1, Decimal("12.50")),
        ("orders-kafka", 2, 0),
    ]


def test_importing_again_changes_nothing(cast):
    imported(cast, GOOD)
    before = stored(), AuditEntry.objects.count()
    assert imported(cast, GOOD) == ImportOutcome(0, 0, 3, Decimal("19.50"))
    assert (stored(), AuditEntry.objects.count()) == before


def test_known_charge_gets_the_new_amount(cast):
    imported(cast, GOOD)
    assert imported(cast, GOOD.replace("12.50", "13")) == ImportOutcome(0, 1, 2, Decimal(20))
    assert stored()[1] == ("orders-kafka", 1, Decimal(13))


def test_dry_run_says_what_would_change_and_changes_nothing(cast):
    builders.charge(cast.kafka, date(2026, 10, 1), "1")
    assert imported(cast, GOOD, dry_run=True) == ImportOutcome(2, 1, 0, Decimal("19.50"))
    assert stored() == [("orders-kafka", 1, Decimal(1))]
    assert not AuditEntry.objects.exists()


def test_services_that_are_not_known_are_named_by_line_and_nothing_is_stored(cast):
    text = f"{GOOD}2026-10-03,acme-eu-prod,nothing,1\n2026-10-03,crm-pg,crm-pg,1\n"
    assert problems(imported, cast, text) == [
        "Line 5: The project acme-eu-prod has no service nothing.",
        "Line 6: The project crm-pg has no service crm-pg.",
    ]
    assert stored() == []


def test_every_bad_line_is_named_by_its_number():
    text = (
        f"{HEAD}2026-10-32,{KAFKA},1\n2026-10-01,{KAFKA},-1\n\n2026-10-02,{KAFKA},1.005\n"
        f"2026-10-03,a b,,x\n2026-10-04,{KAFKA},NaN\n2026-10-05,{KAFKA},1e11\n"
    )
    assert problems(parse_charges, text) == [
        "Line 2: date must be a date like 2026-10-31, not “2026-10-32”.",
        "Line 3: amount must be between 0 and 10,000,000,000, not “-1”.",
        "Line 5: amount has more than two decimal places: “1.005”.",
        "Line 6: project “a b” can contain only letters, digits, hyphens and underscores.",
        "Line 6: service is empty.",
        "Line 6: amount must be a number like 12.50, not “x”.",
        "Line 7: amount must be a number like 12.50, not “NaN”.",
        "Line 8: amount must be a number like 12.50, not “1e11”.",
    ]


def test_charge_that_is_in_the_file_twice_is_named():
    twice = f"{HEAD}2026-10-01,{KAFKA},1\n2026-10-01,{KAFKA},2\n"
    told = "date 2026-10-01, project acme-eu-prod and service orders-kafka is already on line 2."
    assert problems(parse_charges, twice) == [f"Line 3: {told}"]


def test_amounts_are_decimals_to_the_cent():
    [line] = parse_charges(f"{HEAD}2026-10-01,{KAFKA},0.1\n")
    assert line == ChargeLine(2, date(2026, 10, 1), "acme-eu-prod", "orders-kafka", Decimal("0.10"))


def test_service_that_left_the_platform_is_still_charged(cast):
    type(cast.kafka).objects.update(removed_at="2026-10-02T00:00Z")
    assert imported(cast, GOOD).created == 3


def test_each_organization_has_one_entry_in_its_audit_log(cast):
    imported(cast, GOOD)
    entry = AuditEntry.objects.get(organization=cast.acme)
    assert entry.summary == "Imported 2 service charges from 2026-10-01 to 2026-10-02, 12.50 EUR"
    assert (entry.actor, entry.area, entry.event) == (cast.hal, "billing", "charges.imported")
    assert AuditEntry.objects.get(organization=cast.globex).after["count"] == 1


@pytest.mark.parametrize(
    ("values", "constraint"),
    [({"amount": -1}, "charge_not_negative"), ({"charged_on": date(2026, 10, 1)}, "charge_once_a_day")],
)
def test_database_refuses(cast, values, constraint):
    for day in (1, 2):
        builders.charge(cast.kafka, date(2026, 10, day))
    with pytest.raises(IntegrityError, match=constraint):
        ServiceCharge.objects.update(**values)


def test_import_costs_the_same_for_many_lines(cast, django_assert_num_queries):
    lines = [f"2026-{month:02}-{day:02},{KAFKA},1" for month in (9, 10) for day in range(1, 29)]
    # services, known charges, two savepoints with the rows; entry and event of the organization
    with django_assert_num_queries(8):
        imported(cast, HEAD + "\n".join(lines))


def test_page_checks_before_it_imports(cast, client_of):
    hal = client_of(cast.hal)
    checked = hal.post(PAGE, {"text": GOOD, "do": "check"}).content.decode()
    assert "Nothing has been imported yet.</strong> This import would add 3 and change 0" in checked
    assert "2026-10-01,globex-prod,crm-pg,7" in checked
    assert stored() == []
    done = hal.post(PAGE, {"text": GOOD, "do": "import"}).content.decode()
    assert "Imported:</strong> 3 added, 0 changed, 0 unchanged. Total: 19.50 EUR." in done
    assert len(stored()) == 3


def test_chosen_file_is_imported(cast, client_of):
    file = SimpleUploadedFile("charges.csv", GOOD.encode())
    assert client_of(cast.hal).post(PAGE, {"file": file, "do": "import"}).status_code == 200
    assert len(stored()) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}2026-10-01,{KAFKA},x\n", "amount must be a number like 12.50"),
        (f"{HEAD}2026-10-01,acme-eu-prod,nothing,1\n", "The project acme-eu-prod has no service nothing."),
        ("", "Choose a file or paste the lines below."),
    ],
)
def test_bad_file_is_told_on_the_page_and_kept(cast, client_of, text, said):
    response = client_of(cast.hal).post(PAGE, {"text": text, "do": "import"})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert text in response.content.decode()
    assert stored() == []


def test_rate_is_kept_on_the_page(cast, client_of):
    data = {"currency": "usd", "month": "2026-10", "rate": "1.08"}
    page = client_of(cast.hal).post(f"{PAGE}rates/", data, follow=True).content.decode()
    assert "Rate saved: 1.08 USD in October 2026." in page
    assert ExchangeRate.objects.get().month == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"currency": "EUR"}, "Prices are in this currency, so it needs no exchange rate."),
        ({"currency": "XQZ"}, "Enter a three-letter ISO 4217 code"),
        ({"month": "October"}, "Enter a valid date."),
        ({"rate": "0"}, "Ensure this value is greater than or equal to"),
    ],
)
def test_bad_rate_is_refused(cast, client_of, wrong, said):
    data = {"currency": "USD", "month": "2026-10", "rate": "1.08"} | wrong
    response = client_of(cast.hal).post(f"{PAGE}rates/", data)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not ExchangeRate.objects.exists()


def test_page_names_the_currencies_that_need_a_rate(cast, client_of):
    assert "no rates are needed" in client_of(cast.hal).get(PAGE).content.decode()
    cast.acme.billing_groups.update(currency="JPY")
    assert "To invoice billing groups in JPY, add a rate" in client_of(cast.hal).get(PAGE).content.decode()


def test_page_lists_outstanding_months_of_every_organization_until_they_are_invoiced(
    cast, client_of, settings
):
    settings.BILLING_STARTS_ON = date(2026, 9, 1)
    cast.acme.billing_groups.update(currency="JPY")
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        hal = client_of(cast.hal)
        set_exchange_rate(currency="JPY", month=date(2026, 10, 1), rate=Decimal(160))
        page = hal.get(PAGE).content.decode()
        assert page.count("Nothing. The invoice will be issued within an hour") == 3
        close_months(now)
        page = hal.get(PAGE).content.decode()
        link = f"{PAGE}?currency=JPY&amp;month=2026-09#rates"
        assert f'<a href="{link}">JPY exchange rate for September 2026</a>' in page
        assert "within an hour" not in page
        form = hal.get(PAGE, {"currency": "JPY", "month": "2026-09"}).content.decode()
        assert 'value="JPY"' in form
        assert 'value="2026-09"' in form
        hal.post(f"{PAGE}rates/", {"currency": "JPY", "month": "2026-09", "rate": "161"})
        close_months(now)
        done = hal.get(PAGE).content.decode()
        assert "All past months with charges or support have been invoiced." in done


def test_command_imports_a_file(cast, tmp_path):
    file = tmp_path / "charges.csv"
    file.write_text(GOOD)
    said = StringIO()
    call_command("import_charges", file, "--dry-run", stdout=said)
    assert stored() == []
    call_command("import_charges", file, stdout=said)
    assert said.getvalue().splitlines() == [
        "3 would be added, 0 would be changed, 0 unchanged. Total: 19.50 EUR.",
        "3 added, 0 changed, 0 unchanged. Total: 19.50 EUR.",
    ]
    assert AuditEntry.objects.filter(actor=None).count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "charges.csv: No such file or directory."),
        (b"\xff\xfe", "Nothing was imported.\nThe file isn't UTF-8."),
        (f"{HEAD}x,{KAFKA},1\n".encode(), "Line 2: date must be a date like 2026-10-31"),
    ],
)
def test_command_says_what_is_wrong(db, tmp_path, content, said):
    file = tmp_path / "charges.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as error:
        call_command("import_charges", file)
    assert said in str(error.value)
