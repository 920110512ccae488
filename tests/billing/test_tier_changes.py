from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.actions.periods import start_period
from billing.actions.tier_changes import (
    apply_due_changes,
    cancel_tier_change,
    complete_tier_change,
    notify_overdue_changes,
    refuse_tier_change,
    request_tier_change,
    start_setup,
)
from billing.entitlements import tier_of
from billing.models.changes import TierChange
from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier, TierPeriod
from orgs.models import AuditEntry, Membership, Organization
from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)  # a Wednesday


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def change(cast) -> TierChange:
    return builders.tier_change(cast.ada, cast.acme, "premium")


@pytest.fixture
def downgrade(cast) -> TierChange:
    return builders.tier_change(cast.ada, cast.acme, "basic")


def refused(code: str):
    return pytest.raises(RuleViolation, check=lambda violation: violation.code == code)


def state(change: TierChange) -> tuple[str, str]:
    """What became of a change, and the tier now."""
    return TierChange.objects.get(pk=change.pk).status, tier_of(change.organization).code


def request(cast, **changes) -> TierChange:
    values = {
        "actor": actor(cast.ada),
        "organization": cast.acme,
        "tier": SupportTier.objects.get(code="premium"),
        "billing_group": cast.acme_group,
        "confirmed": "anything",
    }
    return request_tier_change(**values | changes)


def test_request_holds_who_asked_what_when_and_until_when(cast, change):
    assert (change.from_tier.code, change.to_tier.code) == ("advanced", "premium")
    assert (change.requested_by, change.requested_at) == (cast.ada, NOW)
    assert (change.promised_on, change.effective_at) == (date(2026, 11, 20), None)
    assert state(change) == ("requested", "advanced")


def test_asking_twice_for_the_same_is_one_request(cast, change):
    assert request(cast) == change
    assert TierChange.objects.count() == AuditEntry.objects.count() == 1


def test_second_request_is_refused_and_says_who_asked(cast, change):
    Membership.objects.filter(user=cast.ben).update(role="admin")
    with pytest.raises(RuleViolation, match="Ada Lindqvist has already requested Premium"):
        request(cast, actor=actor(cast.ben))
    with pytest.raises(RuleViolation, match="You have already requested Premium"):
        request(cast, tier=SupportTier.objects.get(code="essential"))
    assert TierChange.objects.get() == change


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("quote_outdated", {}),
        ("quote_outdated", {"confirmed": ""}),
        ("tier_current", {"tier": "advanced"}),
        ("not_entitled", {"organization": "hobby"}),
        ("foreign_group", {"billing_group": "globex_group"}),
    ],
)
def test_request_is_refused(cast, code, wrong):
    values = {
        key: SupportTier.objects.get(code=value) if key == "tier" else getattr(cast, value, value)
        for key, value in wrong.items()
    }
    with refused(code):
        request(cast, **values)
    assert not TierChange.objects.exists()


def test_group_that_was_deleted_meanwhile_is_refused(cast):
    gone = BillingGroup.objects.create(organization=cast.acme, name="Gone")
    BillingGroup.objects.filter(pk=gone.pk).delete()
    with refused("foreign_group"):
        builders.tier_change(cast.ada, cast.acme, "premium", group=gone)


def test_database_allows_one_open_change_an_organization(cast, change):
    values = {field: getattr(change, field) for field in ("organization", "from_tier", "to_tier", "quote")}
    values |= {"billing_group": cast.acme_group, "requested_by": cast.ada, "promised_on": change.promised_on}
    with pytest.raises(IntegrityError, match="one_open_tier_change"), transaction.atomic():
        TierChange.objects.create(**values)
    TierChange.objects.create(**values, status="canceled", ended_at=NOW)


@pytest.mark.parametrize("model", [TierChange, TierPeriod])
def test_database_keeps_the_billing_group_to_the_organization(cast, change, model):
    with pytest.raises(IntegrityError, match="group_of_org"):
        model.objects.filter(organization=cast.acme).update(billing_group=cast.globex_group)


@pytest.mark.parametrize(
    ("model", "values", "constraint"),
    [
        (SupportTier, {"minimum_amount": -1}, "tier_price_not_negative"),
        (SupportTier, {"percentage": -1}, "tier_price_not_negative"),
        (TierPeriod, {"minimum_amount": -1}, "tier_period_charged_to_a_group"),
        (TierPeriod, {"billing_group": None, "percentage": 1}, "tier_period_charged_to_a_group"),
        (TierChange, {"status": "active"}, "tier_change_ended_with_status"),
        (TierChange, {"status": "refused", "ended_at": NOW}, "tier_change_refused_with_reason"),
        (TierChange, {"effective_at": NOW}, "tier_change_promised_or_effective"),
    ],
)
def test_database_refuses(change, model, values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        model.objects.update(**values)


def test_set_up_is_a_step_of_its_own_and_said_once(cast, change):
    for _ in range(2):
        start_setup(actor=actor(cast.hal), change=change)
    assert state(change) == ("in_setup", "advanced")
    assert AuditEntry.objects.filter(event="tier_change.setup_started").count() == 1


@pytest.mark.parametrize("set_up_first", [True, False])
def test_new_tier_is_in_force_when_the_account_team_completes(cast, change, set_up_first, clock):
    if set_up_first:
        start_setup(actor=actor(cast.hal), change=change)
    clock.shift(timedelta(hours=5))
    complete_tier_change(actor=actor(cast.hal), change=change)
    assert state(change) == ("active", "premium")
    assert tier_of(cast.acme, NOW + timedelta(hours=4, minutes=59)).code == "advanced"
    change.refresh_from_db()
    assert (change.ended_by, change.ended_at) == (cast.hal, NOW + timedelta(hours=5))


def test_period_is_at_the_price_and_group_that_were_agreed(cast):
    group = BillingGroup.objects.create(organization=cast.acme, name="Support", currency="JPY")
    change = builders.tier_change(cast.ada, cast.acme, "premium", group=group)
    SupportTier.objects.filter(code="premium").update(minimum_amount=99_999, percentage=50)
    complete_tier_change(actor=actor(cast.hal), change=change)
    period = TierPeriod.objects.get(organization=cast.acme, ended_at=None)
    assert (period.minimum_amount, period.percentage) == (Decimal(10_000), Decimal(10))
    assert period.billing_group == group


def test_downgrade_to_basic_takes_effect_by_itself_at_the_end_of_the_month(cast, downgrade, clock):
    assert (downgrade.promised_on, downgrade.effective_at) == (None, datetime(2026, 12, 1, tzinfo=UTC))
    assert apply_due_changes(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == 0
    clock.move_to(datetime(2026, 12, 4, tzinfo=UTC))  # the worker was down
    assert apply_due_changes(timezone.now()) == 1
    assert state(downgrade) == ("active", "basic")
    assert tier_of(cast.acme, datetime(2026, 11, 30, 23, 59, tzinfo=UTC)).code == "advanced"
    assert tier_of(cast.acme, datetime(2026, 12, 1, tzinfo=UTC)).code == "basic"


def test_month_of_a_downgrade_ends_in_the_time_zone_of_the_organization(cast):
    Organization.objects.filter(pk=cast.acme.pk).update(time_zone="America/Santiago")
    cast.acme.refresh_from_db()
    made = builders.tier_change(cast.ada, cast.acme, "basic")
    assert made.effective_at == datetime(2026, 12, 1, 3, tzinfo=UTC)


def test_basic_is_charged_to_no_group(cast, downgrade):
    apply_due_changes(datetime(2026, 12, 1, tzinfo=UTC))
    assert TierPeriod.objects.get(organization=cast.acme, ended_at=None).billing_group is None


def test_going_down_to_a_paid_tier_is_promised_like_an_upgrade(cast):
    assert builders.tier_change(cast.ada, cast.acme, "essential").promised_on == date(2026, 11, 20)


@pytest.mark.parametrize("step", [start_setup, complete_tier_change])
def test_downgrade_is_neither_set_up_nor_completed_by_hand(cast, downgrade, step):
    with refused("needs_no_setup"):
        step(actor=actor(cast.hal), change=downgrade)
    assert state(downgrade) == ("requested", "advanced")


def test_changes_complete_by_themselves_on_the_promised_date_only_where_the_setting_says_so(
    cast, change, settings
):
    friday = datetime(2026, 11, 20, 0, 1, tzinfo=UTC)
    assert apply_due_changes(friday) == 0
    settings.AUTO_COMPLETE_TIER_CHANGES = True
    assert apply_due_changes(friday - timedelta(hours=1)) == 0
    assert apply_due_changes(friday) == 1
    began = TierPeriod.objects.get(organization=cast.acme, ended_at=None).started_at
    assert began == datetime(2026, 11, 20, tzinfo=UTC), "with the promised day, as the quote counted it"
    change.refresh_from_db()
    assert (change.status, change.ended_by) == ("active", None)


def test_change_that_fails_does_not_stop_the_others(cast, downgrade):
    other = builders.tier_change(cast.eve, cast.globex, "basic")
    TierPeriod.objects.filter(organization=cast.acme).update(started_at="2027-01-01T00:00Z")
    assert apply_due_changes(datetime(2026, 12, 1, tzinfo=UTC)) == 1
    assert state(other)[0] == "active"
    assert state(downgrade)[0] == "requested"


@pytest.mark.parametrize("in_set_up", [True, False])
def test_admin_cancels_before_activation_and_the_old_tier_stays(cast, change, in_set_up):
    if in_set_up:
        start_setup(actor=actor(cast.hal), change=change)
    cancel_tier_change(actor=actor(cast.ada), change=change)
    assert state(change) == ("canceled", "advanced")
    assert builders.tier_change(cast.ada, cast.acme, "essential").pk != change.pk


def test_downgrade_can_be_canceled_until_the_month_ends(cast, downgrade):
    cancel_tier_change(actor=actor(cast.ada), change=downgrade)
    assert apply_due_changes(datetime(2026, 12, 1, tzinfo=UTC)) == 0
    assert state(downgrade) == ("canceled", "advanced")


def test_refusal_keeps_its_reason(cast, change):
    refuse_tier_change(actor=actor(cast.hal), change=change, reason="  No contract yet. ")
    change.refresh_from_db()
    assert (change.status, change.reason, change.ended_by) == ("refused", "No contract yet.", cast.hal)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_refusal_needs_a_reason(cast, change, reason):
    with refused("reason_missing"):
        refuse_tier_change(actor=actor(cast.hal), change=change, reason=reason)
    assert state(change)[0] == "requested"


@pytest.mark.parametrize("step", [start_setup, complete_tier_change, cancel_tier_change])
@pytest.mark.parametrize(("how", "end"), [("active", complete_tier_change), ("canceled", cancel_tier_change)])
def test_change_that_is_over_stays_as_it_is(cast, change, step, how, end):
    end(actor=actor(cast.hal), change=change)
    before = state(change)
    with pytest.raises(RuleViolation, match=f"This change is already {how}"):
        step(actor=actor(cast.hal), change=change)
    assert state(change) == before


@pytest.mark.parametrize(
    ("step", "event", "said"),
    [
        (start_setup, "tier_change.setup_started", "Setup started"),
        (complete_tier_change, "tier_change.activated", "Activated"),
        (cancel_tier_change, "tier_change.canceled", "Canceled"),
    ],
)
def test_each_step_is_in_the_audit_log_and_published(cast, change, step, event, said):
    step(actor=actor(cast.hal), change=change)
    entry = AuditEntry.objects.order_by("pk").last()
    assert (entry.area, entry.event, entry.actor) == ("tier", event, cast.hal)
    assert entry.summary == f"{said}: support tier Advanced → Premium, charged to Acme main (EUR)"
    assert OutboxMessage.objects.get(name=event).payload["tier_change"] == change.pk


def test_request_and_refusal_are_in_the_audit_log_with_quote_and_reason(cast, change):
    refuse_tier_change(actor=actor(cast.hal), change=change, reason="No contract yet.")
    asked, told = AuditEntry.objects.order_by("pk")
    assert (asked.actor, asked.after["quote"]) == (cast.ada, change.quote)
    assert (told.actor, told.after["reason"]) == (cast.hal, "No contract yet.")


def test_what_happens_by_itself_is_the_systems(cast, downgrade):
    apply_due_changes(datetime(2026, 12, 1, tzinfo=UTC))
    entry = AuditEntry.objects.order_by("pk").last()
    assert (entry.event, entry.actor, entry.who) == ("tier_change.activated", None, "System")


def test_overdue_change_is_told_once_and_what_takes_effect_by_itself_never(cast, change):
    builders.tier_change(cast.eve, cast.globex, "basic")
    friday = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    told = [notify_overdue_changes(friday + timedelta(minutes=minutes)) for minutes in (0, 1, 2)]
    assert told == [0, 1, 0]
    assert OutboxMessage.objects.get(name="tier_change.overdue").payload["tier_change"] == change.pk


def test_change_that_is_over_is_never_overdue(cast, change):
    cancel_tier_change(actor=actor(cast.ada), change=change)
    assert notify_overdue_changes(datetime(2027, 1, 1, tzinfo=UTC)) == 0


def test_next_period_begins_where_the_last_one_ends(cast):
    start_period(cast.acme, SupportTier.objects.get(code="premium"), at=NOW, group=cast.acme_group)
    old = TierPeriod.objects.filter(organization=cast.acme).order_by("started_at").first()
    assert old.ended_at == NOW
