"""Changing the tier step by step over HTTP, with all the ways back and astray."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from billing.actions.tier_changes import complete_tier_change, refuse_tier_change
from billing.models.changes import TierChange
from billing.models.charges import ExchangeRate
from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier
from orgs.models import Membership, Service
from tests import builders
from tests.cast import actor

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
TIER = "/o/acme/admin/support-tier/"
CHANGE = f"{TIER}change/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ada(cast, client_of):
    return client_of(cast.ada)


@pytest.fixture
def quote_page(cast) -> str:
    return f"{CHANGE}premium/{cast.acme_group.pk}/"


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def seen_on(response) -> str:
    """The digest of the quote that a page shows."""
    return re.search(r'name="confirmed" value="(\w+)"', response.content.decode()).group(1)


def confirm(client, page: str, confirmed: str | None = None):
    return client.post(page, {"confirmed": confirmed or seen_on(client.get(page))})


def test_steps_lead_from_the_tier_to_the_request(cast, ada):
    assert f'href="{CHANGE}"' in text(ada.get(TIER))
    to_group = ada.get(CHANGE, {"tier": "premium"})
    to_quote = ada.get(to_group.url, {"billing_group": cast.acme_group.pk})
    done = ada.post(to_quote.url, {"confirmed": seen_on(ada.get(to_quote.url))}, follow=True)
    assert done.redirect_chain == [(TIER, 302)]
    assert "It will be active by 20 November 2026; until then you stay on Advanced." in text(done)
    assert TierChange.objects.get().to_tier.code == "premium"


def test_first_step_shows_the_other_tiers_with_prices_and_hours(ada):
    page = text(ada.get(CHANGE))
    assert re.findall(r'name="tier" value="(\w+)"', page) == ["basic", "essential", "premium"]
    assert "10% of charges, at least 10,000.00 EUR a month" in page
    assert "Support 24×7, phone support for Critical, custom SLA available" in page


def test_second_step_has_the_groups_of_the_organization_and_the_warning(cast, ada):
    BillingGroup.objects.create(organization=cast.acme, name="Support", currency="USD")
    page = text(ada.get(f"{CHANGE}premium/"))
    assert "Acme main (EUR)" in page
    assert "Support (USD)" in page
    assert (
        "The support costs for all current <em>and future</em> services of Acme and its organizational units "
        "will be added to the invoice for this billing group." in page
    )


def test_without_a_group_the_second_step_leads_to_creating_one(cast, client_of):
    BillingGroup.objects.filter(organization=cast.hobby).delete()
    Service.objects.update(is_paid=True)
    Membership.objects.filter(user=cast.ivy).update(role="admin")
    page = text(client_of(cast.ivy).get("/o/hobby/admin/support-tier/change/premium/"))
    assert "No billing group yet" in page


def test_quote_shows_formula_inputs_parts_and_what_changes(cast, ada, quote_page):
    builders.charge(cast.kafka, date(2026, 10, 1), "123456.78")
    page = text(ada.get(quote_page))
    for words in [
        "The larger of 10,000.00 EUR and 10% of 123,456.78 EUR (the service charges for October 2026)",
        'Advanced, 1–19 November</td><td class="money">19 of 30',
        'Premium, 20–30 November</td><td class="money">11 of 30',
        "active by <strong>Friday, 20 November 2026</strong>",
        "<td>30 minutes</td><td><strong>15 minutes</strong></td>",
        "Amounts exclude tax.",
    ]:
        assert words in page


def test_quote_in_another_currency_shows_its_rate(cast, ada):
    ExchangeRate.objects.create(currency="JPY", month=date(2026, 10, 1), rate="162.35")
    group = BillingGroup.objects.create(organization=cast.acme, name="Japan", currency="JPY")
    page = text(ada.get(f"{CHANGE}premium/{group.pk}/"))
    assert '<strong>1,623,500 JPY</strong> <span class="muted">(10,000.00 EUR)</span>' in page
    assert "(October 2026)" in page


def test_nothing_is_requested_by_looking(ada, quote_page):
    for page in (TIER, CHANGE, f"{CHANGE}premium/", quote_page):
        assert ada.get(page).status_code == 200
        assert ada.head(page).status_code == 200
    assert not TierChange.objects.exists()


@pytest.mark.parametrize("page", [TIER, CHANGE, f"{CHANGE}premium/"])
def test_steps_before_the_quote_take_no_post(ada, page):
    assert ada.post(page, {"tier": "premium"}).status_code == 405


def test_going_back_and_choosing_another_tier_requests_that_one_only(cast, ada, quote_page):
    ada.get(quote_page)
    other = f"{CHANGE}essential/{cast.acme_group.pk}/"
    confirm(ada, other)
    assert TierChange.objects.get().to_tier.code == "essential"


def test_back_button_after_the_request_and_sending_again_makes_no_second_one(ada, quote_page):
    seen = seen_on(ada.get(quote_page))
    confirm(ada, quote_page, seen)
    assert confirm(ada, quote_page, seen).url == TIER
    assert TierChange.objects.count() == 1


@pytest.mark.parametrize("confirmed", ["", "x", "0" * 32, "é\0"])
def test_tampered_confirmation_is_refused_with_the_quote(ada, quote_page, confirmed):
    response = ada.post(quote_page, {"confirmed": confirmed})
    assert response.status_code == 422
    assert "The quote has changed. Review it and confirm again." in text(response)
    assert not TierChange.objects.exists()


def test_price_that_was_edited_in_between_is_shown_again_before_it_is_agreed(ada, quote_page):
    seen = seen_on(ada.get(quote_page))
    SupportTier.objects.filter(code="premium").update(minimum_amount=12_000)
    response = confirm(ada, quote_page, seen)
    assert response.status_code == 422
    assert "12,000.00 EUR a month" in text(response)
    assert confirm(ada, quote_page, seen_on(response)).status_code == 302
    assert TierChange.objects.get().quote["minimum"] == "12000.00"


def test_quote_of_another_group_or_of_yesterday_confirms_nothing(cast, ada, quote_page, clock):
    group = BillingGroup.objects.create(organization=cast.acme, name="Support")
    assert confirm(ada, quote_page, seen_on(ada.get(f"{CHANGE}premium/{group.pk}/"))).status_code == 422
    seen = seen_on(ada.get(quote_page))
    clock.shift(timedelta(days=1))
    assert confirm(ada, quote_page, seen).status_code == 422


def test_tier_that_is_in_force_already_is_refused(cast, ada):
    response = confirm(ada, f"{CHANGE}advanced/{cast.acme_group.pk}/")
    assert response.status_code == 422
    assert "Advanced is already your support tier." in text(response)


@pytest.mark.parametrize("query", [{"tier": "gold"}, {"tier": "advanced"}, {"tier": ""}])
def test_tier_that_cannot_be_chosen_leads_nowhere(ada, query):
    response = ada.get(CHANGE, query)
    assert response.status_code == 200
    assert 'class="errorlist"' in text(response)


def test_group_of_another_organization_cannot_be_chosen(cast, ada):
    response = ada.get(f"{CHANGE}premium/", {"billing_group": cast.globex_group.pk})
    assert "Select a valid choice." in text(response)


def test_unknown_tier_is_404(cast, ada):
    for page in (f"{CHANGE}gold/", f"{CHANGE}gold/{cast.acme_group.pk}/"):
        assert ada.get(page).status_code == 404


def test_going_down_to_basic_asks_for_no_group_and_says_when(cast, ada):
    step = ada.get(CHANGE, {"tier": "basic"}, follow=True)
    page = f"{CHANGE}basic/{cast.acme_group.pk}/"
    assert step.redirect_chain[-1] == (page, 302)
    assert "There is no charge for support in December 2026." in text(step)
    done = ada.post(page, {"confirmed": seen_on(step)}, follow=True)
    assert "You stay on Advanced until the end of the month and then move to Basic." in text(done)


def test_organization_with_free_services_only_is_told_why(cast, client_of):
    Membership.objects.filter(user=cast.ivy).update(role="admin")
    ivy, page = client_of(cast.ivy), "/o/hobby/admin/support-tier/"
    assert "Change tier</a>" not in text(ivy.get(page))
    group = cast.hobby.billing_groups.get()
    for step in ("", "premium/", f"premium/{group.pk}/"):
        told = text(ivy.get(f"{page}change/{step}"))
        assert "Support tiers require paid services" in told
        assert 'href="https://forum.example.com/"' in told
    response = ivy.post(f"{page}change/premium/{group.pk}/", {"confirmed": "x"})
    assert response.status_code == 422
    assert "You need at least one paid service to change the support tier." in text(response)


def test_open_change_is_shown_instead_of_the_steps_also_to_another_admin(cast, ada, client_of, quote_page):
    confirm(ada, quote_page)
    Membership.objects.filter(user=cast.ben).update(role="admin")
    ben = client_of(cast.ben)
    for page in (CHANGE, f"{CHANGE}essential/", quote_page):
        told = text(ben.get(page))
        assert "A tier change is already open. Only one can be open at a time." in told
        assert "by Ada Lindqvist. Premium will be active by" in told
    response = ben.post(quote_page, {"confirmed": "x"})
    assert response.status_code == 422
    assert "Ada Lindqvist has already requested Premium." in text(response)


def test_admin_takes_the_request_back(cast, ada):
    change = builders.tier_change(cast.ada, cast.acme, "premium")
    page = f"{TIER}changes/{change.pk}/cancellation/"
    assert "Change to Premium canceled. You stay on Advanced." in text(ada.post(page, follow=True))
    assert "This change is already canceled." in text(ada.post(page, follow=True))


def test_canceling_what_is_active_is_refused(cast, ada):
    change = builders.tier_change(cast.ada, cast.acme, "premium")
    complete_tier_change(actor=actor(cast.hal), change=change)
    page = text(ada.post(f"{TIER}changes/{change.pk}/cancellation/", follow=True))
    assert "This change is already active." in page
    assert "Your tier: Premium" in page


def test_agreed_quote_can_be_read_after_prices_and_names_changed(cast, ada, quote_page):
    confirm(ada, quote_page)
    SupportTier.objects.filter(code="premium").update(minimum_amount=1, percentage=1)
    cast.acme.billing_groups.update(name="Renamed")
    page = text(ada.get(TierChange.objects.get().get_absolute_url()))
    assert "The larger of 10,000.00 EUR and 10% of 0.00 EUR" in page
    assert "<dt>Billing group</dt><dd>Acme main</dd>" in page


def test_reason_of_a_refusal_is_read_by_the_admins(cast, ada):
    change = builders.tier_change(cast.ada, cast.acme, "premium")
    refuse_tier_change(actor=actor(cast.hal), change=change, reason="No <b>contract</b> yet.")
    page = text(ada.get(change.get_absolute_url()))
    assert "No &lt;b&gt;contract&lt;/b&gt; yet." in page
    assert "Hal Whitfield" in page


def test_changes_of_another_organization_are_404(cast, ada):
    change = builders.tier_change(cast.eve, cast.globex, "advanced")
    assert ada.get(f"{TIER}changes/{change.pk}/").status_code == 404
    assert ada.post(f"{TIER}changes/{change.pk}/cancellation/").status_code == 404
    change.refresh_from_db()
    assert change.is_open


@pytest.mark.parametrize("more", [0, 29])
def test_page_of_the_tier_costs_the_same_with_one_and_thirty_changes(
    cast, ada, django_assert_num_queries, more
):
    tier = cast.acme.tier_periods.get().tier
    values = {"from_tier": tier, "to_tier": tier, "billing_group": cast.acme_group, "quote": {}}
    values |= {"status": "canceled", "ended_at": NOW, "promised_on": NOW.date(), "requested_by": cast.ben}
    TierChange.objects.bulk_create(TierChange(organization=cast.acme, **values) for _ in range(more))
    builders.tier_change(cast.ada, cast.acme, "premium")
    # person (3); organization; tiers (3); tier, period, entitlement (3); is it paid; changes (2)
    with django_assert_num_queries(15):
        ada.get(TIER)
