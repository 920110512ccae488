from datetime import date

import pytest

from billing.models.tiers import SupportTier
from orgs.models import AuditEntry
from tests import builders
from tests.cast import person

PERIODS = "/admin/billing/tierperiod/"
PERIOD = {
    "minimum_amount": "2000",
    "percentage": "7",
    "started_at_0": "2026-01-01",
    "started_at_1": "00:00:00",
    "ended_at_0": "",
    "ended_at_1": "",
}


@pytest.fixture
def root(cast, client_of):
    return client_of(person("root@support.example", "Rita Root", is_staff=True, is_superuser=True))


def period(cast, **changes) -> dict:
    tier = SupportTier.objects.get(code="advanced")
    values = {"organization": cast.acme.pk, "tier": tier.pk, "billing_group": cast.acme_group.pk}
    return PERIOD | values | changes


def test_mended_period_is_in_the_audit_log(cast, root):
    row = cast.acme.tier_periods.get()
    root.post(f"{PERIODS}{row.pk}/change/", period(cast, minimum_amount="1500"))
    entry = AuditEntry.objects.get()
    assert (entry.organization, entry.area, entry.event) == (cast.acme, "tier", "tierperiod.changed")
    assert (entry.before["minimum amount"], entry.after["minimum amount"]) == ("2000.00", "1500")


def test_group_of_another_organization_is_refused_in_words(cast, root):
    row = cast.acme.tier_periods.get()
    response = root.post(f"{PERIODS}{row.pk}/change/", period(cast, billing_group=cast.globex_group.pk))
    assert "This group belongs to another organization." in response.content.decode()
    row.refresh_from_db()
    assert row.billing_group == cast.acme_group


def test_period_that_overlaps_is_refused_in_words(cast, root):
    response = root.post(f"{PERIODS}add/", period(cast))
    assert "one_tier_at_any_instant" in response.content.decode()
    assert cast.acme.tier_periods.count() == 1


def test_corrected_charge_is_in_the_audit_log(cast, root):
    row = builders.charge(cast.kafka, date(2026, 10, 1))
    data = {"service": cast.kafka.pk, "charged_on": "2026-10-01", "amount": "40"}
    root.post(f"/admin/billing/servicecharge/{row.pk}/change/", data)
    entry = AuditEntry.objects.get()
    assert (entry.organization, entry.before, entry.after) == (
        cast.acme,
        {"amount": "100.00"},
        {"amount": "40"},
    )


@pytest.mark.parametrize("model", ["invoice", "tierchange", "billinggroup"])
def test_what_actions_write_is_only_looked_at(cast, root, model):
    made = {
        "invoice": builders.invoice(cast.kafka),
        "tierchange": builders.tier_change(cast.ada, cast.acme, "premium"),
        "billinggroup": cast.acme_group,
    }[model]
    path = f"/admin/billing/{model}/"
    assert root.get(path).status_code == root.get(f"{path}{made.pk}/change/").status_code == 200
    for what in ("add/", f"{made.pk}/delete/"):
        assert root.post(f"{path}{what}", {"post": "yes"}).status_code == 403
    assert root.post(f"{path}{made.pk}/change/", {}).status_code == 403


def test_tier_keeps_its_code_and_is_not_deleted(cast, root):
    tier = SupportTier.objects.get(code="premium")
    path = f"/admin/billing/supporttier/{tier.pk}/"
    assert 'name="code"' not in root.get(f"{path}change/").content.decode()
    assert root.post(f"{path}delete/", {"post": "yes"}).status_code == 403
