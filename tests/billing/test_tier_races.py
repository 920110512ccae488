"""Two people, or a person and the clock, decide about a tier at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from billing.actions.groups import delete_group
from billing.actions.tier_changes import (
    cancel_tier_change,
    complete_tier_change,
    notify_overdue_changes,
    request_tier_change,
)
from billing.entitlements import tier_of
from billing.models.changes import TierChange
from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier, TierPeriod
from billing.quote import digest
from billing.quote_inputs import quote_for
from orgs.actions.record import lock
from orgs.models import AuditEntry, Membership, Organization, User
from tests import builders
from tests.cast import Cast, actor, make_cast
from tests.races import at_once, in_thread, result_of, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def ask(cast: Cast, user: User, group: BillingGroup | None = None) -> TierChange:
    group, premium = group or cast.acme_group, SupportTier.objects.get(code="premium")
    seen = digest(quote_for(cast.acme, premium, group, timezone.now()))
    return request_tier_change(
        actor=actor(user), organization=cast.acme, tier=premium, billing_group=group, confirmed=seen
    )


def test_of_two_admins_who_ask_at_once_one_makes_the_request_and_the_other_is_told():
    cast = make_cast()
    Membership.objects.filter(user=cast.ben).update(role="admin")
    results = at_once(lambda: ask(cast, cast.ada), lambda: ask(cast, cast.ben))
    assert sorted(map(str, results)) == ["Acme: Advanced → Premium", "change_open"]
    assert TierChange.objects.count() == AuditEntry.objects.count() == 1


def test_double_click_makes_one_request_and_refuses_nothing():
    cast = make_cast()
    first, second = at_once(lambda: ask(cast, cast.ada), lambda: ask(cast, cast.ada))
    assert first == second == TierChange.objects.get()


def test_of_completing_and_canceling_at_once_exactly_one_wins():
    cast = make_cast()
    change = builders.tier_change(cast.ada, cast.acme, "premium")
    complete, cancel = at_once(
        lambda: complete_tier_change(actor=actor(cast.hal), change=change),
        lambda: cancel_tier_change(actor=actor(cast.ada), change=change),
    )
    change.refresh_from_db()
    won = {"active": (change, "change_ended", "premium"), "canceled": ("change_ended", change, "advanced")}
    assert (complete, cancel, tier_of(cast.acme).code) == won[change.status]
    assert AuditEntry.objects.count() == 2
    assert TierPeriod.objects.filter(organization=cast.acme, ended_at=None).count() == 1


def test_group_is_either_asked_for_or_deleted():
    cast = make_cast()
    group = BillingGroup.objects.create(organization=cast.acme, name="Support")
    asked, deleted = at_once(
        lambda: ask(cast, cast.ada, group), lambda: delete_group(actor=actor(cast.ada), group=group)
    )
    assert (asked, deleted) in [("foreign_group", None), (TierChange.objects.first(), "group_in_use")]


def test_notifying_about_an_overdue_change_waits_for_the_decision():
    """Otherwise each would hold what the other needs, and PostgreSQL would end one of them."""
    cast = make_cast()
    change = builders.tier_change(cast.ada, cast.acme, "premium")
    late: datetime = timezone.now() + timedelta(days=30)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock(Organization.objects.get(pk=cast.acme.pk))
            telling = in_thread(pool, lambda: notify_overdue_changes(late))
            wait_until_blocked()
            cancel_tier_change(actor=actor(cast.ada), change=change)
        assert result_of(telling) == 0
    assert TierChange.objects.get().status == "canceled"
