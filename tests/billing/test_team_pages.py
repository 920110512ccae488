"""The pages of the account team."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from billing.actions.tier_changes import cancel_tier_change
from billing.models.changes import TierChange
from billing.models.groups import BillingGroup
from billing.models.invoices import CreditNote
from orgs.models import Organization
from tests import builders
from tests.cast import actor

TEAM = "/account-team/"
CHANGES = f"{TEAM}tier-changes/"
ORGANIZATIONS = f"{TEAM}organizations/"
NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def hal(cast, client_of):
    return client_of(cast.hal)


@pytest.fixture
def change(cast) -> TierChange:
    return builders.tier_change(cast.ada, cast.acme, "premium")


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def decide(client, change: TierChange, what: str, **data):
    return client.post(f"{CHANGES}{change.pk}/{what}/", data, follow=True)


def test_open_changes_are_listed_the_promised_first_and_overdue_is_marked(cast, hal, change, clock):
    builders.tier_change(cast.eve, cast.globex, "basic")
    page = text(hal.get(CHANGES))
    assert page.index("Advanced → Premium") < page.index("Premium → Basic")
    assert "Fri, 20 Nov 2026" in page
    assert "Automatic on 1 Dec 2026" in page
    assert "Overdue" not in page
    clock.move_to(datetime(2026, 11, 21, 0, 1, tzinfo=UTC))
    assert text(hal.get(CHANGES)).count("Overdue") == 1


def test_decided_changes_stand_below_and_nothing_waits(cast, hal, change):
    cancel_tier_change(actor=actor(cast.ada), change=change)
    page = text(hal.get(CHANGES))
    assert "No open tier changes" in page
    assert "Recently closed" in page


def test_change_goes_through_set_up_to_completion(cast, hal, change):
    assert "Start setup" in text(hal.get(f"{CHANGES}{change.pk}/"))
    begun = text(decide(hal, change, "setup"))
    assert "Setup started." in begun
    assert "Start setup" not in begun
    done = text(decide(hal, change, "completion"))
    assert "Acme is now on Premium. Its admins have been notified." in done
    assert "Complete setup" not in done


def test_refusal_needs_a_reason_and_keeps_the_page(hal, change):
    response = decide(hal, change, "refusal", reason=" ")
    assert response.status_code == 422
    assert "This field is required." in text(response)
    assert "Accepted quote" in text(response)
    assert "Change refused." in text(decide(hal, change, "refusal", reason="No contract"))
    assert TierChange.objects.get().reason == "No contract"


@pytest.mark.parametrize("what", ["setup", "completion", "refusal"])
def test_decision_on_what_was_decided_is_refused_in_words(cast, hal, change, what):
    cancel_tier_change(actor=actor(cast.ada), change=change)
    page = text(decide(hal, change, what, reason="x"))
    assert "This change is already canceled." in page
    assert TierChange.objects.get().status == "canceled"


@pytest.mark.parametrize("what", ["setup", "completion"])
def test_downgrade_takes_effect_by_itself(cast, hal, what):
    downgrade = builders.tier_change(cast.ada, cast.acme, "basic")
    assert "Complete setup" not in text(hal.get(f"{CHANGES}{downgrade.pk}/"))
    assert "This change takes effect automatically." in text(decide(hal, downgrade, what))


@pytest.mark.parametrize("who", ["ada", "fay", "gus", "ivy"])
def test_only_the_account_team_decides(cast, client_of, change, who):
    client = client_of(getattr(cast, who))
    for what in ("setup", "completion", "refusal"):
        assert decide(client, change, what, reason="x").status_code == 403
    change.refresh_from_db()
    assert change.status == "requested"


def test_unknown_change_is_404(hal, change):
    assert hal.get(f"{CHANGES}{change.pk + 1}/").status_code == 404


def test_organizations_are_found_by_name_with_tier_and_people(hal):
    page = text(hal.get(ORGANIZATIONS, {"q": " GLO\0B"}))
    assert "<td>Premium</td> <td>Yes</td>" in page
    assert "Acme" not in page
    assert "No (free services only)" in text(hal.get(ORGANIZATIONS, {"q": "hobby"}))
    assert "No matching organizations" in text(hal.get(ORGANIZATIONS, {"q": "zzz"}))


def test_organization_shows_price_groups_and_what_is_to_correct(cast, hal):
    page = f"{ORGANIZATIONS}acme/"
    told = text(hal.get(page))
    assert "7% of charges, at least 2,000.00 EUR a month, charged to Acme main (EUR)" in told
    assert "None: invoices match charges and support" in told
    assert "<dt>Invoiced since</dt><dd>November 2026</dd>" in told
    builders.invoice(cast.kafka)
    builders.charge(cast.kafka, date(2026, 10, 2), "10")
    assert "10.00 EUR on the next invoice" in text(hal.get(page))


def test_organization_with_charges_and_no_group_shows_that_it_lacks_one(cast, hal, settings):
    settings.BILLING_STARTS_ON = date(2026, 10, 1)
    BillingGroup.objects.filter(organization=cast.hobby).delete()
    builders.charge(cast.hobby.units.get().projects.get().services.get(), date(2026, 10, 1))
    page = text(hal.get(f"{ORGANIZATIONS}hobby/"))
    assert "<dt>Outstanding</dt><dd>October 2026, 100.00 EUR" in page
    assert "A billing group. An organization admin must create one." in page


@pytest.mark.parametrize("amount", ["0.01", "12.50", "9999999999.99"])
def test_credit_waits_for_the_next_invoice(cast, hal, amount):
    form = {"credit-group": cast.acme_group.pk, "credit-base_amount": amount, "credit-reason": "Sorry"}
    page = text(hal.post(f"{ORGANIZATIONS}acme/credits/", form, follow=True))
    assert "Credit granted. It will appear on the group's next invoice." in page.replace("&#39;", "'")
    note = CreditNote.objects.get()
    assert (note.base_amount, note.created_by) == (Decimal(amount), cast.hal)


@pytest.mark.parametrize(
    "wrong",
    [{"base_amount": "0"}, {"base_amount": "-1"}, {"base_amount": "0.001"}, {"reason": ""}, {"group": ""}],
)
def test_bad_credit_is_refused(cast, hal, wrong):
    form = {"group": cast.acme_group.pk, "base_amount": "1", "reason": "Kept as typed"} | wrong
    posted = {f"credit-{key}": value for key, value in form.items()}
    assert hal.post(f"{ORGANIZATIONS}acme/credits/", posted).status_code == 422
    assert not CreditNote.objects.exists()


def test_credit_goes_to_no_group_of_another_organization(cast, hal):
    form = {"credit-group": cast.globex_group.pk, "credit-base_amount": "1", "credit-reason": "Sorry"}
    assert hal.post(f"{ORGANIZATIONS}acme/credits/", form).status_code == 422
    assert not CreditNote.objects.exists()


def test_pages_of_the_team_are_closed_to_everyone_else(cast, client_of, change):
    pages = [CHANGES, f"{CHANGES}{change.pk}/", ORGANIZATIONS, f"{ORGANIZATIONS}acme/", f"{TEAM}charges/"]
    for who in ("ada", "dov", "fay"):
        client = client_of(getattr(cast, who))
        assert {client.get(page).status_code for page in pages} == {403}
    assert client_of(cast.eve).get(f"{ORGANIZATIONS}acme/").status_code == 404


@pytest.fixture(params=[1, 30])
def many(cast, request) -> None:
    """Organizations, each with a change that is open and one that was decided."""
    for number in range(request.param):
        organization = Organization.objects.create(name=f"Org {number}", slug=f"org-{number}")
        group = BillingGroup.objects.create(organization=organization, name="Main", is_default=True)
        tier = cast.acme.tier_periods.get().tier
        values = {"from_tier": tier, "to_tier": tier, "billing_group": group, "quote": {}}
        for status, ended_at in [("requested", None), ("canceled", NOW)]:
            TierChange.objects.create(
                organization=organization,
                requested_by=cast.ada,
                promised_on=NOW.date(),
                status=status,
                ended_at=ended_at,
                **values,
            )


def test_list_of_changes_costs_the_same_with_one_and_thirty(hal, many, django_assert_num_queries):
    with django_assert_num_queries(5):  # session, person, roles; open ones, decided ones
        hal.get(CHANGES)


def test_list_of_organizations_costs_the_same_with_one_and_thirty(hal, many, django_assert_num_queries):
    with django_assert_num_queries(4):  # session, person, roles; organizations
        hal.get(ORGANIZATIONS)
