import json
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.models.charges import ExchangeRate
from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier
from billing.proration import Price, Span
from billing.quote import Inputs, Promise, Rate, calculate, digest, end_of_month
from billing.quote_inputs import latest_rate, quote_for, start_of
from tests import builders

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)  # a Wednesday
BASIC = Price(Decimal(0), Decimal(0))
ESSENTIAL = Price(Decimal(500), Decimal("4.5"))
PREMIUM = Price(Decimal(10_000), Decimal(10))


def inputs(**changes) -> Inputs:
    values = {
        "from_tier": "Essential",
        "to_tier": "Premium",
        "price": PREMIUM,
        "billing_group": "Main",
        "base_currency": "EUR",
        "rate": Rate("EUR", Decimal(1), None),
        "last_month": date(2026, 10, 1),
        "last_month_charges": Decimal("40000.00"),
        "spans": [Span("Essential", ESSENTIAL, 1, datetime(2020, 1, 1, tzinfo=UTC), None)],
        "zone": ZoneInfo("UTC"),
        "promised_on": date(2026, 11, 20),
        "effective_at": None,
        "promises": [Promise("High", "4 hours", "30 minutes")],
        "hours": ("24×5", "24×7"),
        "phone": (False, True),
    }
    return Inputs(**values | changes)


def quote(cast, tier: str, group: BillingGroup | None = None, now: datetime = NOW) -> dict:
    return quote_for(cast.acme, SupportTier.objects.get(code=tier), group or cast.acme_group, now)


@pytest.mark.parametrize(
    ("charges", "said"),
    [
        ("40000", "which is 4,000.00 EUR: 10,000.00 EUR a month."),
        ("123456.78", "which is 12,345.68 EUR: 12,345.68 EUR a month."),
    ],
)
def test_formula_names_every_number(charges, said):
    formula = calculate(inputs(last_month_charges=Decimal(charges)))["formula"]
    assert formula.startswith("The larger of 10,000.00 EUR and 10% of ")
    assert f"{Decimal(charges):,.2f} EUR (the service charges for October 2026), {said}" in formula


def test_free_tier_has_no_formula_and_no_part_of_a_month():
    made = calculate(inputs(price=BASIC, promised_on=None, effective_at=datetime(2026, 12, 1, tzinfo=UTC)))
    assert made["formula"] == "This tier has no extra cost."
    assert made["starts_on"] == "2026-12-01"
    assert made["this_month"] == {"month": "2026-12-01", "parts": [], "base_amount": "0", "amount": "0.00"}


def test_month_is_split_by_the_day_between_the_old_tier_and_the_new_one():
    month = calculate(inputs())["this_month"]
    told = [(part["tier"], part["days"], part["full_month"], part["base_amount"]) for part in month["parts"]]
    assert told == [
        ("Essential", 19, "1800.00", "1140.00"),
        ("Premium", 11, "10000.00", "3666.67"),
    ]
    assert month["base_amount"] == "4806.67"


def test_promised_date_in_the_next_month_is_quoted_for_that_month():
    month = calculate(inputs(promised_on=date(2026, 12, 1)))["this_month"]
    assert [(part["tier"], part["days"]) for part in month["parts"]] == [("Premium", 31)]


def test_tier_that_ends_before_the_promised_date_is_quoted_until_it_ends():
    ended = Span(
        "Essential", ESSENTIAL, 1, datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 11, 6, tzinfo=UTC)
    )
    parts = calculate(inputs(spans=[ended]))["this_month"]["parts"]
    assert [(part["first_day"], part["last_day"]) for part in parts] == [
        ("2026-11-01", "2026-11-05"),
        ("2026-11-20", "2026-11-30"),
    ]


def test_amounts_are_also_told_in_the_currency_of_the_group():
    rate = Rate("JPY", Decimal("162.35"), date(2026, 10, 1))
    made = calculate(inputs(rate=rate))
    assert made["full_month"] == {"base_amount": "10000.00", "amount": "1623500"}
    assert (made["exchange_rate"], made["exchange_rate_month"]) == ("162.35", "2026-10-01")


@settings(max_examples=60)
@given(
    st.decimals(0, 500_000, places=2),
    st.decimals("0.000001", 500, places=6),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.dates(date(2026, 11, 1), date(2026, 11, 30)),
)
def test_parts_of_the_month_add_up_in_both_currencies(charges, rate, currency, day):
    made = calculate(
        inputs(last_month_charges=charges, rate=Rate(currency, rate, date(2026, 10, 1)), promised_on=day)
    )
    month = made["this_month"]
    for key in ("base_amount", "amount"):
        assert sum(Decimal(part[key]) for part in month["parts"]) == Decimal(month[key])


def test_quote_is_json_and_reads_the_same_after_it_was_stored():
    made = calculate(inputs())
    stored = json.loads(json.dumps(made))
    assert stored == made
    assert digest(stored) == digest(made)


@pytest.mark.parametrize(
    "changed",
    [
        {"price": Price(Decimal(10_001), Decimal(10))},
        {"last_month_charges": Decimal("40000.01")},
        {"promised_on": date(2026, 11, 23)},
        {"billing_group": "Other"},
        {"promises": [Promise("High", "4 hours", "1 hour")]},
        {"rate": Rate("USD", Decimal("1.08"), date(2026, 10, 1))},
    ],
)
def test_digest_is_another_when_anything_that_is_shown_is_another(changed):
    assert digest(calculate(inputs(**changed))) != digest(calculate(inputs()))


@pytest.mark.parametrize(
    ("now", "zone", "ends"),
    [
        ("2026-11-18T09:30", "UTC", "2026-12-01T00:00"),
        ("2026-11-30T23:59", "UTC", "2026-12-01T00:00"),
        ("2026-01-29T12:00", "UTC", "2026-02-01T00:00"),
        ("2026-01-31T12:00", "UTC", "2026-02-01T00:00"),
        ("2026-10-31T12:00", "UTC", "2026-11-01T00:00"),
        ("2026-12-31T23:00", "UTC", "2027-01-01T00:00"),
        ("2026-11-30T22:30", "Europe/Helsinki", "2026-12-31T22:00"),  # there it is December already
        ("2026-12-01T02:00", "America/Santiago", "2026-12-01T03:00"),  # and there still November
    ],
)
def test_month_ends_in_the_time_zone_of_the_organization(now, zone, ends):
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert end_of_month(instant, ZoneInfo(zone)) == datetime.fromisoformat(ends).replace(tzinfo=UTC)


def test_last_month_is_summed_over_the_whole_organization_and_nothing_else(cast):
    us, foreign = (organization.units.last().projects.get() for organization in (cast.acme, cast.globex))
    builders.charge(cast.kafka, date(2026, 10, 1), "30000.10")
    builders.charge(us.services.get(), date(2026, 10, 31), "10000.20")
    builders.charge(cast.kafka, date(2026, 9, 30), "7")
    builders.charge(cast.kafka, date(2026, 11, 1), "7")
    builders.charge(foreign.services.get(), date(2026, 10, 9), "7")
    made = quote(cast, "premium")
    assert (made["last_month"], made["last_month_charges"]) == ("2026-10-01", "40000.30")


def test_quote_tells_what_changes_in_the_response_matrix(cast):
    made = quote(cast, "premium")
    assert made["promises"] == [
        {"severity": "Low", "before": "12 hours", "after": "8 hours"},
        {"severity": "High", "before": "1 hour", "after": "30 minutes"},
        {"severity": "Critical", "before": "30 minutes", "after": "15 minutes"},
    ]
    assert (made["hours"], made["phone"]) == (["24×7", "24×7"], [False, True])


@pytest.mark.parametrize(
    ("country", "setting", "now", "promised"),
    [
        ("", "", "2026-11-18T09:30", date(2026, 11, 20)),
        ("", "", "2026-11-19T09:30", date(2026, 11, 23)),  # Thursday: over the weekend
        ("", "", "2026-12-23T09:30", date(2026, 12, 25)),
        ("DE", "", "2026-12-23T09:30", date(2026, 12, 28)),  # both days of Christmas
        ("de", "", "2026-12-23T09:30", date(2026, 12, 28)),
        ("", "DE", "2026-12-23T09:30", date(2026, 12, 28)),
        ("JP", "DE", "2026-12-23T09:30", date(2026, 12, 25)),
        ("AE", "", "2026-11-18T21:00", date(2026, 11, 20)),
        ("ZZ", "", "2026-12-23T09:30", date(2026, 12, 25)),  # nobody knows its holidays
    ],
)
def test_promise_is_two_business_days_on_by_the_calendar_of_the_country(
    country, setting, now, promised, settings
):
    settings.HOLIDAY_COUNTRY = setting
    acme = SimpleNamespace(time_zone="UTC", country=country)
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert start_of(acme, SupportTier(minimum_amount=1), instant) == (promised, None)


def test_promise_counts_from_the_day_that_it_is_in_the_organization():
    acme = SimpleNamespace(time_zone="Pacific/Kiritimati", country="")
    late = datetime(2026, 11, 18, 11, tzinfo=UTC)  # Thursday there
    assert start_of(acme, SupportTier(minimum_amount=1), late)[0] == date(2026, 11, 23)


def test_newest_exchange_rate_is_quoted_and_none_without_one(cast):
    assert latest_rate("USD") == Rate("EUR", Decimal(1), None)
    for month in (9, 10):
        ExchangeRate.objects.create(currency="USD", month=date(2026, month, 1), rate=f"1.{month:02}")
    assert latest_rate("USD") == Rate("USD", Decimal("1.100000"), date(2026, 10, 1))
    assert latest_rate("EUR") == Rate("EUR", Decimal(1), None)


@time_machine.travel(NOW, tick=False)
def test_stored_quote_stays_when_the_price_is_edited(cast):
    change = builders.tier_change(cast.ada, cast.acme, "premium")
    SupportTier.objects.filter(code="premium").update(minimum_amount=99_999, name="Platinum")
    change.refresh_from_db()
    assert change.quote["minimum"] == "10000.00"
    assert change.quote["to_tier"] == "Premium"
    assert "10,000.00 EUR a month" in change.quote["formula"]
