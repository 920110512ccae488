from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from billing.actions.periods import start_period
from billing.entitlements import entitlement_of, is_entitled, tier_of
from billing.models.tiers import SupportTier, TierPeriod


def test_targets_are_those_of_the_tier(cast):
    targets = entitlement_of(cast.acme).targets
    assert [targets[each].label for each in ("low", "high", "critical")] == [
        "12 hours",
        "1 hour",
        "30 minutes",
    ]


def test_basic_targets_are_best_effort(cast):
    targets = entitlement_of(cast.hobby).targets
    assert targets["low"].label == "next business day (best effort)"
    assert targets["critical"].is_best_effort


def test_words_for_mixed_times(cast):
    from billing.models.tiers import SlaTarget

    SlaTarget.objects.filter(tier__code="advanced", severity="high").update(minutes=91)
    assert entitlement_of(cast.acme).targets["high"].label == "1 hour 31 minutes"


def test_missing_target_is_best_effort(cast):
    from billing.models.tiers import SlaTarget

    SlaTarget.objects.all().delete()
    assert entitlement_of(cast.acme).targets["critical"].is_best_effort


def test_paid_service_entitles(cast):
    assert is_entitled(cast.acme)
    assert not is_entitled(cast.hobby)


def test_tier_of_a_day_is_the_one_of_that_day(cast):
    changed = timezone.now() - timedelta(days=10)
    premium = SupportTier.objects.get(code="premium")
    start_period(cast.acme, premium, at=changed, group=cast.acme_group)
    assert tier_of(cast.acme, changed - timedelta(seconds=1)).code == "advanced"
    assert tier_of(cast.acme, changed).code == "premium"


def test_without_any_period_the_tier_is_basic(cast):
    TierPeriod.objects.all().delete()
    assert tier_of(cast.acme).code == "basic"


def test_database_refuses_two_tiers_at_one_instant(cast):
    with pytest.raises(IntegrityError, match="one_tier_at_any_instant"):
        TierPeriod.objects.create(
            organization=cast.acme, tier=SupportTier.objects.first(), started_at=timezone.now()
        )
