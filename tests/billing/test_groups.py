from decimal import Decimal

import pytest
from django.db import IntegrityError

from billing.actions.groups import GroupDraft, create_group, delete_group, edit_group
from billing.actions.invoices import grant_credit
from billing.actions.periods import start_period
from billing.actions.tier_changes import cancel_tier_change, complete_tier_change
from billing.models.groups import BilledProject, BillingGroup
from billing.models.tiers import SupportTier
from orgs.models import AuditEntry, Project
from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor

PAGE = "/o/acme/admin/billing-groups/"


@pytest.fixture
def spare(cast) -> BillingGroup:
    """A group that nothing is charged to."""
    return BillingGroup.objects.create(organization=cast.acme, name="Spare")


def edit(cast, group: BillingGroup, **changes) -> BillingGroup:
    values = {"name": group.name, "currency": group.currency, "is_default": group.is_default}
    return edit_group(actor=actor(cast.ada), group=group, draft=GroupDraft(**values | changes))


def project(name: str) -> Project:
    return Project.objects.get(name=name)


def deletion_error(cast, group: BillingGroup) -> str:
    """What the page and the action say against deleting a group; the page does not offer it then."""
    with pytest.raises(RuleViolation) as refused:
        delete_group(actor=actor(cast.ada), group=group)
    assert refused.value.code == "group_in_use"
    assert BillingGroup.objects.filter(pk=group.pk).exists()
    return refused.value.message


def test_group_is_created_on_the_page(cast, client_of):
    data = {
        "name": "Data",
        "currency": "jpy",
        "billed_to": "Acme KK",
        "projects": [project("acme-eu-prod").pk],
    }
    response = client_of(cast.ada).post(PAGE, data, follow=True)
    assert "Billing group Data (JPY) created." in response.content.decode()
    made = BillingGroup.objects.get(name="Data")
    assert (made.currency, made.billed_to, made.is_default) == ("JPY", "Acme KK", False)
    assert [each.project.name for each in made.billed_projects.all()] == ["acme-eu-prod"]


def test_first_group_of_an_organization_is_its_default(cast):
    BillingGroup.objects.filter(organization=cast.hobby).delete()
    made = create_group(actor=actor(cast.ivy), organization=cast.hobby, draft=GroupDraft("Lab", "EUR"))
    assert made.is_default


def test_there_is_one_default_group(cast, spare):
    edit(cast, spare, is_default=True)
    assert list(cast.acme.billing_groups.filter(is_default=True)) == [spare]
    with pytest.raises(IntegrityError, match="one_default_billing_group"):
        cast.acme.billing_groups.update(is_default=True)


def test_default_group_stays_the_default_until_another_is(cast):
    assert edit(cast, cast.acme_group, is_default=False).is_default


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "Acme main"}, "A billing group with this name already exists."),
        ({"name": ""}, "This field is required."),
        ({"currency": "XQZ"}, "Enter a three-letter ISO 4217 code, for example EUR."),
        ({"projects": ["0"]}, "0 is not one of the available choices."),
    ],
)
def test_bad_group_is_refused_with_what_was_typed(cast, client_of, spare, wrong, said):
    data = {"name": "Data", "currency": "EUR", "billed_to": "Kept as typed"} | wrong
    ada = client_of(cast.ada)
    for page in (PAGE, f"{PAGE}{spare.pk}/"):
        response = ada.post(page, data)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert "Kept as typed" in response.content.decode()
    assert cast.acme.billing_groups.count() == 2


def test_name_may_be_that_of_another_organizations_group(cast):
    assert edit(cast, cast.acme_group, name="Globex main").name == "Globex main"


def test_project_is_charged_to_one_group_at_a_time(cast, spare):
    edit(cast, cast.acme_group, projects=[project("acme-eu-prod"), project("acme-us-prod")])
    edit(cast, spare, projects=[project("acme-eu-prod")])
    assert {each.project.name: each.billing_group for each in BilledProject.objects.all()} == {
        "acme-eu-prod": spare,
        "acme-us-prod": cast.acme_group,
    }


def test_project_of_another_organization_is_refused_on_the_page_and_by_the_action(cast, client_of, spare):
    foreign = project("globex-prod")
    data = {"name": "Spare", "currency": "EUR", "projects": [foreign.pk]}
    assert client_of(cast.ada).post(f"{PAGE}{spare.pk}/", data).status_code == 422
    with pytest.raises(RuleViolation) as refused:
        edit(cast, spare, projects=[foreign])
    assert refused.value.code == "project_elsewhere"
    assert not BilledProject.objects.exists()


def test_currency_stays_once_the_group_has_an_invoice(cast, spare):
    builders.invoice(cast.kafka)
    with pytest.raises(RuleViolation, match="This group has invoices in its currency"):
        edit(cast, cast.acme_group, currency="USD")
    assert edit(cast, spare, currency="USD").currency == "USD"


@pytest.mark.parametrize("group", ["paying", "default"])
def test_group_with_support_charged_to_it_and_the_default_group_are_not_deleted(cast, spare, group):
    if group == "default":
        start_period(cast.acme, SupportTier.objects.get(code="basic"), at=builders.timezone.now(), group=None)
        assert "This is the default group" in deletion_error(cast, cast.acme_group)
    else:
        assert "Choose another group for it first" in deletion_error(cast, cast.acme_group)


def test_group_of_an_open_change_is_not_deleted_nor_after_it(cast, spare):
    change = builders.tier_change(cast.ada, cast.acme, "premium", group=spare)
    assert "Cancel it first" in deletion_error(cast, spare)
    cancel_tier_change(actor=actor(cast.ada), change=change)
    assert "so it can't be deleted" in deletion_error(cast, spare)


def test_group_that_paid_for_support_once_is_kept(cast, spare):
    for group in (spare, cast.acme_group):
        tier = "premium" if group == spare else "essential"
        change = builders.tier_change(cast.ada, cast.acme, tier, group=group)
        complete_tier_change(actor=actor(cast.hal), change=change)
    assert (
        deletion_error(cast, spare)
        == "Support was charged to this group in the past, so it can't be deleted."
    )


def test_group_with_a_project_is_not_deleted_until_it_is_charged_elsewhere(cast, spare):
    edit(cast, spare, projects=[project("acme-eu-prod")])
    assert "Assign them to another group first" in deletion_error(cast, spare)
    edit(cast, spare, projects=[])
    delete_group(actor=actor(cast.ada), group=spare)
    assert list(cast.acme.billing_groups.all()) == [cast.acme_group]


def test_group_with_a_credit_is_not_deleted(cast, spare):
    grant_credit(actor=actor(cast.hal), group=spare, base_amount=Decimal(1), reason="Sorry")
    assert deletion_error(cast, spare) == "This group has a credit, so it can't be deleted."


def test_page_says_why_a_group_is_kept_and_offers_what_can_be_deleted(cast, client_of, spare):
    ada = client_of(cast.ada)
    kept = ada.get(f"{PAGE}{cast.acme_group.pk}/").content.decode()
    assert "<p>The support tier is charged to this group." in kept
    assert "Delete billing group" not in kept
    assert "Delete billing group" in ada.get(f"{PAGE}{spare.pk}/").content.decode()
    ada.post(f"{PAGE}{spare.pk}/removal/")
    assert not BillingGroup.objects.filter(pk=spare.pk).exists()


def test_deleting_what_is_kept_says_why_on_the_page(cast, client_of):
    response = client_of(cast.ada).post(f"{PAGE}{cast.acme_group.pk}/removal/", follow=True)
    assert "The support tier is charged to this group." in response.content.decode()


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_group_that_is_gone_meanwhile_is_told(cast, spare, change):
    delete_group(actor=actor(cast.ada), group=BillingGroup.objects.get(pk=spare.pk))
    with pytest.raises(RuleViolation, match="This billing group has been deleted"):
        edit(cast, spare) if change == "edit" else delete_group(actor=actor(cast.ada), group=spare)


def test_every_change_of_a_group_is_in_the_audit_log(cast, spare):
    edit(cast, spare, name="Support", projects=[project("acme-eu-prod")])
    edit(cast, spare, name="Support")
    delete_group(actor=actor(cast.ada), group=spare)
    first, second, third = AuditEntry.objects.order_by("pk")
    assert {each.actor for each in (first, second, third)} == {cast.ada}
    assert first.before == {"name": "Spare", "projects": []}
    assert first.after == {"name": "Support", "projects": ["acme-eu-prod"]}
    assert second.after == {"projects": []}
    assert (third.summary, third.before["name"]) == ("Billing group Support (EUR) deleted", "Support")


def test_saving_a_group_without_a_change_records_nothing(cast, spare):
    edit(cast, spare)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("page", ["billing-groups/{}/", "support-tier/change/premium/{}/"])
def test_group_of_another_organization_is_404(cast, client_of, page):
    ada = client_of(cast.ada)
    theirs = f"/o/acme/admin/{page.format(cast.globex_group.pk)}"
    assert ada.get(theirs).status_code == 404
    assert ada.post(theirs, {"confirmed": "x", "name": "Mine", "currency": "EUR"}).status_code == 404
    assert ada.get(f"/o/acme/admin/{page.format(10**30)}").status_code == 404


def test_removing_a_group_of_another_organization_is_404(cast, client_of):
    theirs = f"{PAGE}{cast.globex_group.pk}/removal/"
    assert client_of(cast.ada).post(theirs).status_code == 404
    assert BillingGroup.objects.filter(pk=cast.globex_group.pk).exists()


def test_groups_of_another_organization_are_on_no_page(cast, client_of):
    ada = client_of(cast.ada)
    for page in (PAGE, "/o/acme/admin/", "/o/acme/admin/support-tier/change/premium/"):
        assert "Globex main" not in ada.get(page).content.decode()


@pytest.mark.parametrize("more", [0, 29])
def test_list_of_groups_costs_the_same_with_one_and_thirty(cast, client_of, django_assert_num_queries, more):
    for number in range(more):
        group = BillingGroup.objects.create(organization=cast.acme, name=f"Group {number}")
        made = Project.objects.create(unit=cast.acme.units.first(), name=f"project-{number}")
        BilledProject.objects.create(project=made, billing_group=group)
    BilledProject.objects.create(project=project("acme-eu-prod"), billing_group=cast.acme_group)
    ada = client_of(cast.ada)
    # session, person, roles; organization, groups with projects (2), period, projects to choose
    with django_assert_num_queries(9):
        ada.get(PAGE)
