"""The pure rule of invoices: what is owed minus what invoices ask for already."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.invoicing import Account, Line, corrections, lines_of_month
from billing.models.invoices import LineKind
from billing.proration import Price, Span, next_month
from tests.billing.oracle import FREE, ZONES, brute_force, cents, histories, money

OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in (10, 11, 12))
ESSENTIAL = Price(Decimal(500), Decimal("4.5"))
KAFKA, LAB = 7, 8  # projects
MAIN, OTHER = 1, 2  # billing groups
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def account(**changes) -> Account:
    values = {
        "zone": ZoneInfo("UTC"),
        "currency": "EUR",
        "spans": [Span("Essential", ESSENTIAL, OTHER, LONG_AGO, None)],
        "charges": {OCTOBER: {LAB: Decimal("99.50"), KAFKA: Decimal(20_000)}},
        "projects": {KAFKA: "kafka", LAB: "lab"},
        "groups": {},
        "default_group": MAIN,
        "billed": {},
    }
    return Account(**values | changes)


def billed_by(lines: list[Line]) -> dict:
    total: dict = {}
    for line in lines:
        key = line.month, line.project_id
        total[key] = total.get(key, Decimal(0)) + line.base_amount
    return total


def told(lines: list[Line]) -> list[tuple]:
    return [(line.group_id, line.kind, line.project_id, line.base_amount) for line in lines]


def test_projects_come_by_name_and_support_of_the_whole_organization_last():
    assert told(lines_of_month(account(), OCTOBER)) == [
        (MAIN, LineKind.SERVICES, KAFKA, Decimal(20_000)),
        (MAIN, LineKind.SERVICES, LAB, Decimal("99.50")),
        (OTHER, LineKind.SUPPORT, None, Decimal("904.48")),
    ]


def test_project_goes_to_its_own_group():
    lines = lines_of_month(account(groups={LAB: OTHER}), OCTOBER)
    assert [line.group_id for line in lines] == [MAIN, OTHER, OTHER]


def test_support_line_can_be_worked_out_again_from_its_text_and_details():
    support = lines_of_month(account(), OCTOBER)[-1]
    assert support.text == (
        "Support tier Essential, 1–31 October 2026: 31 of 31 days, "
        "larger of 500.00 EUR and 4.5% of 20,099.50 EUR"
    )
    assert support.details == {
        "tier": "Essential",
        "minimum": "500",
        "percentage": "4.5",
        "charges": "20099.50",
        "full_month": "904.48",
        "days": 31,
        "days_in_month": 31,
        "first_day": "2026-10-01",
        "last_day": "2026-10-31",
    }


def test_nothing_is_charged_for_a_month_without_charges_on_a_free_tier():
    free = [Span("Basic", FREE, None, LONG_AGO, None)]
    assert lines_of_month(account(spans=free, charges={OCTOBER: {LAB: Decimal(0)}}), OCTOBER) == []


def test_support_that_comes_to_nothing_makes_no_line():
    percentage = [Span("Share", Price(Decimal(0), Decimal(5)), OTHER, LONG_AGO, None)]
    assert lines_of_month(account(spans=percentage, charges={}), OCTOBER) == []


def test_closed_month_that_is_fully_billed_needs_no_correction():
    billed = billed_by(lines_of_month(account(), OCTOBER))
    assert corrections(account(billed=billed), [OCTOBER]) == []


def test_later_charge_is_corrected_with_its_part_of_support():
    billed = billed_by(lines_of_month(account(), OCTOBER))
    later = account(charges={OCTOBER: {LAB: Decimal("199.50"), KAFKA: Decimal(20_000)}}, billed=billed)
    lines = corrections(later, [OCTOBER])
    assert told(lines) == [
        (MAIN, LineKind.CORRECTION, LAB, Decimal(100)),
        (OTHER, LineKind.CORRECTION, None, Decimal("4.50")),
    ]
    assert [line.text for line in lines] == [
        "Correction for October 2026: services of project lab",
        "Correction for October 2026: support",
    ]
    assert lines[0].details == {"owed": "199.50", "billed": "99.50"}


def test_charge_that_is_gone_is_given_back():
    billed = billed_by(lines_of_month(account(), OCTOBER))
    lines = corrections(account(charges={}, billed=billed), [OCTOBER])
    assert [line.base_amount for line in lines] == [Decimal(-20_000), Decimal("-99.50"), Decimal("-404.48")]


def test_correction_of_support_goes_to_the_group_that_paid_last_in_that_month():
    middle = datetime(2026, 10, 16, tzinfo=UTC)
    spans = [
        Span("Essential", ESSENTIAL, MAIN, LONG_AGO, middle),
        Span("Essential", ESSENTIAL, OTHER, middle, None),
    ]
    lines = corrections(account(spans=spans, charges={}, billed={}), [OCTOBER])
    assert told(lines) == [(OTHER, LineKind.CORRECTION, None, Decimal(500))]


def test_months_that_are_not_closed_are_not_corrected():
    charges = {month: {LAB: Decimal(1)} for month in (OCTOBER, NOVEMBER, DECEMBER)}
    found = corrections(account(charges=charges, spans=[]), [NOVEMBER])
    assert [line.month for line in found] == [NOVEMBER]


by_project = st.dictionaries(st.sampled_from([KAFKA, LAB]), money)
MONTHS = (OCTOBER, NOVEMBER, DECEMBER)


@settings(max_examples=60)
@given(st.data(), st.sampled_from(ZONES))
def test_invoices_and_corrections_ask_for_what_is_owed_to_the_cent(data, zone):
    """Three months are closed one after the other while charges and tiers of all of them keep changing."""
    lines: list[Line] = []
    for closing, month in enumerate(MONTHS):
        now = account(
            zone=ZoneInfo(zone),
            spans=data.draw(histories(NOVEMBER)),
            charges={each: data.draw(by_project) for each in MONTHS},
            groups=data.draw(st.dictionaries(st.just(LAB), st.just(OTHER))),
            billed=billed_by(lines),
        )
        lines += lines_of_month(now, month) + corrections(now, MONTHS[:closing])
        asked = replace(now, billed=billed_by(lines))
        assert corrections(asked, MONTHS[: closing + 1]) == []
        owed = sum(
            now.charges_of(each) * 100 + cents(brute_force(now.spans, each, now.zone, now.charges_of(each)))
            for each in MONTHS[: closing + 1]
        )
        assert sum(line.base_amount for line in lines) * 100 == owed


def test_the_oracle_counts_every_day():
    """Who checks the checker: a price of one cent a day."""
    for month in MONTHS:
        days = (next_month(month) - month) // timedelta(days=1)
        spans = [Span("Cent", Price(Decimal(days) / 100, Decimal(0)), MAIN, LONG_AGO, None)]
        assert brute_force(spans, month, ZoneInfo("America/Santiago"), Decimal(0)) * 100 == days
