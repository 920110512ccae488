from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.accounts import account_of, accounts_of, amount_to_correct
from billing.actions import invoices as closing
from billing.actions.charges import set_exchange_rate
from billing.actions.invoices import (
    close_month,
    close_months,
    grant_credit,
)
from billing.models.charges import ExchangeRate, ServiceCharge
from billing.models.groups import BilledProject, BillingGroup
from billing.models.invoices import Invoice, InvoiceLine, MonthClose
from billing.models.tiers import SupportTier, TierPeriod
from billing.outstanding import months_to_close, outstanding_months
from orgs.models import AuditEntry, Organization, Project, Service
from supportcenter.errors import RuleViolation
from tests import builders
from tests.billing.oracle import ZONES, brute_force, cents, histories, money
from tests.cast import actor, make_cast
from tests.races import at_once, in_thread, result_of, wait_until_blocked

SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))
EARLY_NOVEMBER = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def billing_starts_in_september(settings) -> None:
    settings.BILLING_STARTS_ON = SEPTEMBER


@pytest.fixture
def us(cast) -> Service:
    """A service of Acme in another project than Kafka."""
    return Service.objects.get(name="main-pg")


@pytest.fixture
def yen(cast, us) -> BillingGroup:
    """A group in another currency to which the project of ``us`` is charged."""
    group = BillingGroup.objects.create(organization=cast.acme, name="Japan", currency="JPY")
    BilledProject.objects.create(project=us.project, billing_group=group)
    return group


def close(organization: Organization, month: date = OCTOBER) -> list[Invoice]:
    close_month(organization=organization, month=month)
    found = Invoice.objects.filter(billing_group__organization=organization, month=month)
    return list(found.order_by("billing_group"))


def rate(month: date = OCTOBER, value: str = "162.35") -> ExchangeRate:
    return set_exchange_rate(currency="JPY", month=month, rate=Decimal(value))


def lines(invoice: Invoice) -> list[tuple]:
    found = invoice.lines.all()
    return [(each.kind, each.month.month, each.project and each.project.name, each.amount) for each in found]


def everything() -> list[tuple]:
    """All that closing writes, to be compared."""
    rows = InvoiceLine.objects.order_by("invoice", "position")
    numbers = Invoice.objects.order_by("billing_group", "number").values_list(
        "billing_group", "number", "total"
    )
    return [
        *numbers,
        *rows.values_list("invoice", "position", "amount"),
        *MonthClose.objects.values_list("organization", "month"),
    ]


def test_invoice_has_the_services_of_each_project_and_support(cast, us):
    builders.charge(cast.kafka, date(2026, 10, 1), "20000.10")
    builders.charge(cast.kafka, date(2026, 10, 31), "0.20")
    builders.charge(us, date(2026, 10, 31), "20000")
    [invoice] = close(cast.acme)
    assert lines(invoice) == [
        ("services", 10, "acme-eu-prod", Decimal("20000.30")),
        ("services", 10, "acme-us-prod", Decimal(20_000)),
        ("support", 10, None, Decimal("2800.02")),
    ]
    assert invoice.total == invoice.base_total == Decimal("42800.32")
    assert (invoice.reference, invoice.billed_to) == (f"INV-{cast.acme_group.pk}-0001", "Acme")


def test_project_is_charged_to_its_own_group_in_its_currency(cast, us, yen):
    rate()
    builders.charge(us, OCTOBER, "100.01")
    main, japan = close(cast.acme)
    assert lines(main) == [("support", 10, None, Decimal(2000))]
    assert lines(japan) == [("services", 10, "acme-us-prod", Decimal(16_237))]
    assert (japan.currency, japan.exchange_rate, japan.base_total) == (
        "JPY",
        Decimal("162.35"),
        Decimal("100.01"),
    )


def test_support_is_charged_to_the_group_that_was_agreed(cast, yen):
    rate()
    TierPeriod.objects.filter(organization=cast.acme).update(billing_group=yen)
    builders.charge(cast.kafka, OCTOBER, "10")
    main, japan = close(cast.acme)
    assert lines(main) == [("services", 10, "acme-eu-prod", Decimal(10))]
    assert lines(japan) == [("support", 10, None, Decimal(324_700))]


def test_price_of_a_later_edit_of_the_tier_is_not_invoiced(cast):
    SupportTier.objects.update(minimum_amount=99_999)
    [invoice] = close(cast.acme)
    assert invoice.total == 2000


def test_group_that_owes_nothing_gets_no_invoice(cast, yen):
    assert close(cast.hobby) == []
    assert [each.billing_group for each in close(cast.acme)] == [cast.acme_group]


def test_closing_again_changes_nothing(cast):
    builders.invoice(cast.kafka)
    before = everything()
    assert close_month(organization=cast.acme, month=OCTOBER) is False
    assert everything() == before


def test_closing_that_is_killed_half_way_leaves_nothing_and_makes_the_same_when_run_again(
    cast, us, yen, monkeypatch
):
    rate()
    builders.charge(us, OCTOBER)
    issue, issued = closing._issue, []

    def die_at_the_second(*args):
        if issued:
            raise KeyboardInterrupt
        issued.append(issue(*args))

    monkeypatch.setattr(closing, "_issue", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        close(cast.acme)
    assert everything() == []
    monkeypatch.undo()
    assert [each.number for each in close(cast.acme)] == [1, 1]


def test_numbers_of_a_group_have_no_gaps(cast, us, yen):
    for month in (SEPTEMBER, OCTOBER):
        builders.charge(us, month)
        with pytest.raises(RuleViolation, match=f"JPY exchange rate for {month:%B} 2026 is missing"):
            close(cast.acme, month)
        rate(month)
        close(cast.acme, month)
    numbers = Invoice.objects.order_by("billing_group", "number").values_list("billing_group", "number")
    assert list(numbers) == [(group.pk, number) for group in (cast.acme_group, yen) for number in (1, 2)]


@pytest.mark.parametrize("model", [Invoice, InvoiceLine, MonthClose])
@pytest.mark.parametrize("statement", ["UPDATE {} SET month = month", "DELETE FROM {}"])
def test_database_refuses_to_alter_or_delete(cast, model, statement):
    builders.invoice(cast.kafka)
    with pytest.raises(IntegrityError, match="is written once and never changed"), transaction.atomic():
        transaction.get_connection().cursor().execute(statement.format(model._meta.db_table))


def test_charge_of_a_closed_month_comes_as_a_correction_onto_the_next_invoice(cast):
    [closed] = [builders.invoice(cast.kafka, amount="40000")]
    builders.charge(cast.kafka, date(2026, 10, 9), "100")
    assert amount_to_correct(cast.acme) == Decimal(107)
    [invoice] = close(cast.acme, NOVEMBER)
    assert lines(invoice) == [
        ("support", 11, None, Decimal(2000)),
        ("correction", 10, "acme-eu-prod", Decimal(100)),
        ("correction", 10, None, Decimal(7)),
    ]
    assert amount_to_correct(cast.acme) == 0
    closed.refresh_from_db()
    assert closed.total == 42_800


def test_charge_that_gets_smaller_is_given_back_once(cast):
    builders.invoice(cast.kafka)
    ServiceCharge.objects.update(amount=40)
    [november] = close(cast.acme, NOVEMBER)
    assert lines(november)[-1] == ("correction", 10, "acme-eu-prod", Decimal(-60))
    assert [each[0] for each in lines(close(cast.acme, date(2026, 12, 1))[0])] == ["support"]


def test_tier_that_is_mended_later_is_corrected(cast):
    builders.invoice(cast.kafka)
    TierPeriod.objects.filter(organization=cast.acme).update(minimum_amount=500)
    [november] = close(cast.acme, NOVEMBER)
    assert lines(november) == [
        ("support", 11, None, Decimal(500)),
        ("correction", 10, None, Decimal(-1500)),
    ]


def test_project_that_moves_to_another_group_is_not_charged_twice(cast, us, yen):
    builders.invoice(cast.kafka)
    BilledProject.objects.create(project=cast.kafka.project, billing_group=yen)
    assert amount_to_correct(cast.acme) == 0


def test_credit_is_a_line_of_the_groups_next_invoice_and_of_no_other(cast):
    note = grant_credit(
        actor=actor(cast.hal), group=cast.acme_group, base_amount=Decimal("12.50"), reason="Slow answer"
    )
    [october] = close(cast.acme)
    assert lines(october)[-1] == ("credit", 10, None, Decimal("-12.50"))
    note.refresh_from_db()
    assert note.line.text == "Credit: Slow answer"
    assert "credit" not in [each[0] for each in lines(close(cast.acme, NOVEMBER)[0])]


def test_credit_alone_makes_an_invoice(cast, yen):
    rate()
    grant_credit(actor=actor(cast.hal), group=yen, base_amount=Decimal(1), reason="Sorry")
    assert [each.total for each in close(cast.acme)] == [2000, -162]


def test_credit_is_in_the_audit_log_with_who_gave_it(cast):
    grant_credit(actor=actor(cast.hal), group=cast.acme_group, base_amount=Decimal(1), reason="Sorry")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.area) == (cast.hal, "billing")
    assert entry.summary == "Credit of 1.00 EUR for Acme main (EUR): Sorry"


def test_invoice_is_in_the_audit_log_of_the_system(cast):
    invoice = builders.invoice(cast.kafka)
    entry = AuditEntry.objects.get(event="invoice.issued")
    assert entry.actor is None
    assert entry.summary == f"Invoice {invoice} for October 2026 issued to Acme main (EUR), 2,100.00 EUR"


def to_close(organization: Organization, now: datetime = EARLY_NOVEMBER) -> list[date]:
    return months_to_close([organization], now).get(organization, [])


def invoiced(organization: Organization) -> list[tuple[int, int]]:
    found = Invoice.objects.filter(billing_group__organization=organization)
    return list(found.order_by("billing_group", "number").values_list("month__month", "number"))


def test_first_month_that_cannot_be_closed_in_time_is_invoiced_once_it_can_be(cast, us, yen):
    builders.charge(us, SEPTEMBER)
    early_october = datetime(2026, 10, 1, 0, 30, tzinfo=UTC)
    close_months(early_october)
    assert invoiced(cast.acme) == []
    close_months(EARLY_NOVEMBER)
    assert to_close(cast.acme) == [SEPTEMBER]
    rate(SEPTEMBER)
    assert close_months(EARLY_NOVEMBER) == 1
    assert invoiced(cast.acme) == [(10, 1), (9, 2), (9, 1)]
    assert to_close(cast.acme) == []
    before = everything()
    assert close_months(EARLY_NOVEMBER) == 0
    assert everything() == before


def test_missing_rate_holds_back_neither_other_organizations_nor_other_months(cast, us, yen):
    builders.charge(us, OCTOBER)
    close_months(EARLY_NOVEMBER)
    assert invoiced(cast.acme) == [(9, 1)]
    assert invoiced(cast.globex) == [(9, 1), (10, 2)]
    rate()
    assert close_months(EARLY_NOVEMBER) == 1
    assert invoiced(cast.acme) == [(9, 1), (10, 2), (10, 1)]


def test_charge_before_the_first_closed_month_is_invoiced_for_its_own_month(cast):
    TierPeriod.objects.all().delete()
    close(cast.acme, OCTOBER)
    builders.charge(cast.kafka, date(2026, 9, 30), "12.50")
    assert to_close(cast.acme) == [SEPTEMBER]
    close_months(EARLY_NOVEMBER)
    [invoice] = Invoice.objects.all()
    assert (invoice.month, lines(invoice)) == (SEPTEMBER, [("services", 9, "acme-eu-prod", Decimal("12.50"))])
    close_months(EARLY_NOVEMBER)
    assert Invoice.objects.get() == invoice


def test_what_was_charged_before_billing_started_is_never_invoiced(cast, settings):
    settings.BILLING_STARTS_ON = date(2026, 10, 31)
    for year in (2023, 2024, 2025):
        builders.charge(cast.kafka, date(year, 5, 1))
    close_months(EARLY_NOVEMBER)
    assert invoiced(cast.acme) == [(10, 1)]


@pytest.mark.parametrize(
    ("zone", "months"),
    [
        ("UTC", [SEPTEMBER, OCTOBER]),
        ("America/Santiago", [date(2026, 8, 1), SEPTEMBER]),  # the last hour of August, and of October
    ],
)
def test_organization_is_invoiced_from_the_month_in_which_it_was_added(cast, settings, zone, months):
    settings.BILLING_STARTS_ON = None
    cast.acme.created_at, cast.acme.time_zone = datetime(2026, 9, 1, 0, 30, tzinfo=UTC), zone
    assert to_close(cast.acme) == months


def test_months_to_close_have_charges_or_a_paid_tier_and_the_latest_is_always_there(cast, us, settings):
    settings.BILLING_STARTS_ON = date(2026, 3, 1)
    period = TierPeriod.objects.filter(organization=cast.acme)
    period.update(started_at=datetime(2026, 4, 30, tzinfo=UTC), ended_at=datetime(2026, 6, 1, tzinfo=UTC))
    builders.charge(us, date(2026, 8, 31))
    builders.charge(us, date(2026, 7, 31), "0")
    builders.charge(us, NOVEMBER)
    months = [date(2026, month, 1) for month in (4, 5, 8, 10)]
    assert months_to_close(Organization.objects.all(), EARLY_NOVEMBER)[cast.acme] == months
    assert to_close(cast.hobby) == [OCTOBER]


def test_outstanding_months_name_what_is_missing(cast, us, yen):
    builders.charge(us, SEPTEMBER)
    BillingGroup.objects.filter(organization=cast.hobby).delete()
    builders.charge(Service.objects.get(name="toy-valkey"), OCTOBER, "7")
    close_months(EARLY_NOVEMBER)
    found = outstanding_months(Organization.objects.order_by("name"), EARLY_NOVEMBER)
    assert [(each.organization, each.month, each.base_amount) for each in found] == [
        (cast.acme, SEPTEMBER, Decimal(2100)),
        (cast.hobby, OCTOBER, Decimal(7)),
    ]
    assert [(each.missing_rates, each.lacks_group) for each in found] == [(["JPY"], False), ([], True)]
    rate(SEPTEMBER)
    [ready] = outstanding_months([cast.acme], EARLY_NOVEMBER)
    assert (ready.missing_rates, ready.lacks_group) == ([], False)
    close_months(EARLY_NOVEMBER)
    assert outstanding_months([cast.acme], EARLY_NOVEMBER) == []


def test_credit_that_lacks_a_rate_is_outstanding(cast, yen):
    close(cast.acme, SEPTEMBER)
    TierPeriod.objects.all().delete()
    grant_credit(actor=actor(cast.hal), group=yen, base_amount=Decimal(1), reason="Sorry")
    close_months(EARLY_NOVEMBER)
    [month] = outstanding_months([cast.acme], EARLY_NOVEMBER)
    assert (month.month, month.base_amount, month.missing_rates) == (OCTOBER, 0, ["JPY"])


def test_month_with_nothing_to_invoice_is_not_outstanding(cast):
    assert to_close(cast.hobby) == [OCTOBER]
    assert outstanding_months([cast.hobby], EARLY_NOVEMBER) == []


def test_charges_without_any_group_hold_the_organization_back(cast):
    BillingGroup.objects.filter(organization=cast.hobby).delete()
    builders.charge(Service.objects.get(name="toy-valkey"), OCTOBER)
    with pytest.raises(RuleViolation, match="Hobby has charges but no billing group"):
        close(cast.hobby)
    assert not MonthClose.objects.exists()


@pytest.mark.parametrize(
    ("now", "zone", "months"),
    [
        ("2026-11-18T00:00", "UTC", [OCTOBER]),
        ("2026-11-01T00:00", "America/Santiago", [SEPTEMBER]),  # it is October there
        ("2026-10-31T12:00", "Pacific/Kiritimati", [OCTOBER]),  # and here November
    ],
)
def test_month_has_passed_in_the_time_zone_of_the_organization(cast, now, zone, months):
    cast.hobby.time_zone = zone
    assert to_close(cast.hobby, datetime.fromisoformat(now).replace(tzinfo=UTC)) == months


def test_months_that_were_missed_are_closed_in_their_order(cast):
    close(cast.acme, date(2026, 8, 1))
    assert to_close(cast.acme) == [SEPTEMBER, OCTOBER]
    close_months(EARLY_NOVEMBER)
    found = Invoice.objects.filter(billing_group=cast.acme_group).order_by("number")
    assert list(found.values_list("month__month", flat=True)) == [8, 9, 10]
    assert to_close(cast.acme) == []


def test_rate_cannot_change_once_it_is_used(cast, us, yen):
    rate(value="1")
    rate()
    builders.charge(us, OCTOBER)
    close(cast.acme)
    with pytest.raises(RuleViolation, match="Invoices for October 2026 were already issued at this rate"):
        rate(value="1")
    assert ExchangeRate.objects.get().rate == Decimal("162.35")


def test_currency_of_prices_has_no_rate(db):
    with pytest.raises(RuleViolation, match="Prices are in this currency"):
        set_exchange_rate(currency="EUR", month=OCTOBER, rate=Decimal(1))


def test_account_costs_the_same_with_many_rows(cast, us, yen, django_assert_num_queries):
    for number in range(1, 29):
        builders.charge(us, date(2026, 10, number))
        builders.charge(cast.kafka, date(2026, 9, number))
    with django_assert_num_queries(8):
        account_of(cast.acme)
    with django_assert_num_queries(9):  # and the organizations
        accounts_of(Organization.objects.all())
    with django_assert_num_queries(13):
        outstanding_months(Organization.objects.all(), EARLY_NOVEMBER)


MONTHS = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]
day_of = st.sampled_from(MONTHS).flatmap(
    lambda month: st.integers(0, 27).map(lambda number: month + timedelta(days=number))
)
charges = st.dictionaries(st.tuples(st.integers(0, 2), day_of), money, max_size=6)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), zone=st.sampled_from(ZONES))
def test_invoices_reconcile_with_charges_and_support_whatever_changes_in_between(cast, data, zone):
    """Four months over three groups in two currencies; charges, tiers and groups change before each close."""
    with undone():
        world = World(cast.acme, zone)
        for count, month in enumerate(MONTHS, start=1):
            world.change(data)
            assert close_month(organization=world.organization, month=month)
            assert world.invoiced() == world.owed(MONTHS[:count]) - world.credited
            assert amount_to_correct(world.organization) == 0
        world.assert_sums_and_numbers()


class World:
    """One organization with three projects and three groups, two of them in yen."""

    def __init__(self, organization: Organization, zone: str) -> None:
        Organization.objects.filter(pk=organization.pk).update(time_zone=zone)
        self.organization = Organization.objects.get(pk=organization.pk)
        self.zone = ZoneInfo(zone)
        self.groups = [
            organization.billing_groups.get(),
            *(
                BillingGroup.objects.create(organization=organization, name=name, currency="JPY")
                for name in ("East", "West")
            ),
        ]
        unit = organization.units.first()
        made = [Project.objects.create(unit=unit, name=f"p{number}") for number in range(3)]
        self.services = [Service.objects.create(project=each, name="s", product="kafka") for each in made]
        self.credited = Decimal(0)
        self.spans: list = []
        for month in MONTHS:
            set_exchange_rate(currency="JPY", month=month, rate=Decimal("162.351234"))

    def change(self, data: st.DataObject) -> None:
        """Other charges, tiers, groups of projects and a credit."""
        for (service, day), amount in data.draw(charges).items():
            ServiceCharge.objects.update_or_create(
                service=self.services[service], charged_on=day, defaults={"amount": amount}
            )
        self.spans = data.draw(histories(MONTHS[1]))
        TierPeriod.objects.filter(organization=self.organization).delete()
        TierPeriod.objects.bulk_create(
            TierPeriod(
                organization=self.organization,
                tier=SupportTier.objects.get(code="premium"),
                billing_group=None if span.price.is_free else self.groups[number % 3],
                minimum_amount=span.price.minimum,
                percentage=span.price.percentage,
                started_at=span.started_at,
                ended_at=span.ended_at,
            )
            for number, span in enumerate(self.spans)
        )
        group = data.draw(st.sampled_from(self.groups))
        BilledProject.objects.update_or_create(
            project=self.services[0].project, defaults={"billing_group": group}
        )
        if credit := data.draw(st.decimals(0, 100, places=2)):
            grant_credit(
                actor=actor(self.organization.memberships.first().user),
                group=group,
                base_amount=credit,
                reason="Sorry",
            )
            self.credited += credit

    def invoiced(self) -> Decimal:
        found = Invoice.objects.filter(billing_group__in=self.groups)
        return sum((each.base_total for each in found), Decimal(0))

    def owed(self, months: list[date]) -> Decimal:
        total = 0
        for month in months:
            found = ServiceCharge.objects.filter(service__in=self.services, charged_on__month=month.month)
            charged = sum((each.amount for each in found), Decimal(0))
            total += int(charged * 100) + cents(brute_force(self.spans, month, self.zone, charged))
        return Decimal(total) / 100

    def assert_sums_and_numbers(self) -> None:
        """Lines add up to their invoice in both currencies, yen are whole, numbers have no gaps."""
        for group in self.groups:
            made = group.invoices.order_by("number")
            assert [each.number for each in made] == list(range(1, len(made) + 1))
            for invoice in made:
                rows = invoice.lines.all()
                assert sum(each.base_amount for each in rows) == invoice.base_total
                assert sum(each.amount for each in rows) == invoice.total
                whole = (invoice.base_total * invoice.exchange_rate).quantize(Decimal(1), "ROUND_HALF_UP")
                assert invoice.total == (whole if group.currency == "JPY" else invoice.base_total)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_month_that_is_closed_from_two_threads_at_once_is_invoiced_once():
    cast = make_cast()
    builders.charge(cast.kafka, OCTOBER)
    results = at_once(*[lambda: close_month(organization=cast.acme, month=OCTOBER)] * 3)
    assert sorted(results) == [False, False, True]
    assert Invoice.objects.get().total == 2100


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_rate_is_not_changed_while_an_invoice_is_made_with_it():
    cast = make_cast()
    cast.acme.billing_groups.update(currency="JPY")
    rate(value="100")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            close_month(organization=cast.acme, month=OCTOBER)
            changing = in_thread(pool, lambda: rate(value="200"))
            wait_until_blocked()
        assert result_of(changing) == "rate_used"
    assert ExchangeRate.objects.get().rate == Invoice.objects.get().exchange_rate == 100
