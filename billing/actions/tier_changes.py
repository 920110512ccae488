"""Asking for another support tier, and what becomes of it.

Every action locks the organization first, so that two people never decide at the same time; that at most one
change is open, the database guarantees besides.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing import events, quote
from billing.actions.periods import start_period
from billing.entitlements import is_entitled, tier_of
from billing.models.changes import ChangeStatus, TierChange
from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier
from billing.proration import Price, begin_of
from billing.quote_inputs import quote_for
from orgs.actions.record import lock, record
from orgs.actor import SYSTEM, Actor
from orgs.models import AuditArea, Organization
from supportcenter.errors import RuleViolation

logger = structlog.get_logger(__name__)


@transaction.atomic
def request_tier_change(
    *,
    actor: Actor,
    organization: Organization,
    tier: SupportTier,
    billing_group: BillingGroup,
    confirmed: str,
) -> TierChange:
    """Ask for ``tier``, charged to ``billing_group``, at the quote whose digest was ``confirmed``.

    Asking again for the same while it is open changes nothing, so a double click is harmless. Raises
    ``RuleViolation`` when another change is open, the tier is the present one, the organization has no paid
    service, the group is another organization's or gone, or the quote is no longer what was confirmed.
    """
    organization = lock(organization)
    now = timezone.now()
    present = tier_of(organization, now)
    open_change = TierChange.objects.open().filter(organization=organization).for_list().first()
    if open_change:
        return _same_or_refuse(open_change, actor, tier, billing_group)
    if tier == present:
        raise RuleViolation("tier_present", f"{tier} is your support tier already.")
    if not is_entitled(organization):
        raise RuleViolation("not_entitled", "A support tier needs at least one paid service.")
    if not organization.billing_groups.filter(pk=billing_group.pk).exists():
        raise RuleViolation("foreign_group", "Choose one of your organization's billing groups.")
    quoted = quote_for(organization, tier, billing_group, now)
    if quote.digest(quoted) != confirmed:
        raise RuleViolation(
            "quote_outdated",
            "The numbers have changed since you saw them. Please check the quote below again.",
        )
    change = TierChange.objects.create(
        organization=organization,
        from_tier=present,
        to_tier=tier,
        billing_group=billing_group,
        quote=quoted,
        requested_by=actor.person,
        requested_at=now,
        promised_on=quoted["promised_on"],
        effective_at=quoted["effective_at"],
    )
    change.refresh_from_db()
    _record(change, actor, events.TIER_CHANGE_REQUESTED, "Requested", quote=quoted)
    return change


@transaction.atomic
def start_setup(*, actor: Actor, change: TierChange) -> TierChange:
    """The account team begins to set the new tier up; doing it twice is harmless."""
    change = _lock_for_setup(change)
    if change.status == ChangeStatus.IN_SETUP:
        return change
    change.status, change.setup_started_at = ChangeStatus.IN_SETUP, timezone.now()
    change.save(update_fields=["status", "setup_started_at"])
    _record(change, actor, events.TIER_CHANGE_SETUP_STARTED, "Setup started")
    return change


@transaction.atomic
def complete_tier_change(*, actor: Actor, change: TierChange) -> TierChange:
    """The setup is done: the new tier is in force from now on, at the agreed price."""
    change = _lock_for_setup(change)
    return _activate(change, actor, at=timezone.now())


@transaction.atomic
def cancel_tier_change(*, actor: Actor, change: TierChange) -> TierChange:
    """An admin takes the request back before the new tier is active."""
    change = _lock_open(change)
    _end(change, actor, ChangeStatus.CANCELED, at=timezone.now())
    _record(change, actor, events.TIER_CHANGE_CANCELED, "Canceled")
    return change


@transaction.atomic
def refuse_tier_change(*, actor: Actor, change: TierChange, reason: str) -> TierChange:
    """The account team refuses, with a reason that the admins read."""
    if not reason.strip():
        raise RuleViolation(
            "reason_missing", "Say why, so that the customer can do something.", field="reason"
        )
    change = _lock_open(change)
    _end(change, actor, ChangeStatus.REFUSED, at=timezone.now(), reason=reason.strip())
    _record(change, actor, events.TIER_CHANGE_REFUSED, "Refused", reason=change.reason)
    return change


def apply_due_changes(now: datetime) -> int:
    """Activate what takes effect by itself by ``now``; how many. One that fails does not stop the others."""
    due = TierChange.objects.open().filter(effective_at__lte=now).select_related("organization")
    count = sum(_try_to_activate(change, change.effective_at or now) for change in due)
    if settings.AUTO_COMPLETE_TIER_CHANGES:
        promised = TierChange.objects.open().filter(promised_on__isnull=False).select_related("organization")
        # With the beginning of the promised day, as the quote counted it, however late the job runs.
        days = [(each, begin_of(each.promised_on, _zone(each))) for each in promised if each.promised_on]
        count += sum(_try_to_activate(change, at) for change, at in days if at <= now)
    return count


def notify_overdue_changes(now: datetime) -> int:
    """Publish, once each, that a change has passed its promised date; how many."""
    waiting = TierChange.objects.open().filter(promised_on__isnull=False, overdue_notified_at=None).for_list()
    return sum(_notify_if_overdue(change, now) for change in waiting)


@transaction.atomic
def _notify_if_overdue(change: TierChange, now: datetime) -> bool:
    lock(change.organization)
    change = TierChange.objects.for_list().get(pk=change.pk)
    if change.overdue_notified_at or not change.is_overdue(now):
        return False
    change.overdue_notified_at = now
    change.save(update_fields=["overdue_notified_at"])
    _record(change, SYSTEM, events.TIER_CHANGE_OVERDUE, "Promised date passed")
    return True


def _try_to_activate(change: TierChange, at: datetime) -> bool:
    try:
        with transaction.atomic():
            _activate(_lock_open(change), SYSTEM, at=at)
    except Exception:
        logger.exception("tier_change_not_applied", change=change.pk)
        return False
    return True


def _activate(change: TierChange, actor: Actor, *, at: datetime) -> TierChange:
    """Begin the new tier at the price that was agreed, whatever it costs today."""
    price = Price(Decimal(change.quote["minimum"]), Decimal(change.quote["percentage"]))
    start_period(change.organization, change.to_tier, at=at, group=change.billing_group, price=price)
    _end(change, actor, ChangeStatus.ACTIVE, at=at)
    _record(change, actor, events.TIER_CHANGE_ACTIVATED, "Activated")
    return change


def _lock_open(change: TierChange) -> TierChange:
    """The change as it is now, with its organization locked. Raises ``RuleViolation`` unless it is open."""
    lock(change.organization)
    change = TierChange.objects.for_list().get(pk=change.pk)
    if not change.is_open:
        raise RuleViolation("change_over", f"This change is {change.get_status_display().lower()} already.")
    return change


def _lock_for_setup(change: TierChange) -> TierChange:
    """An open change that the account team sets up. Raises ``RuleViolation`` if it takes effect by itself."""
    change = _lock_open(change)
    if change.is_scheduled:
        raise RuleViolation("takes_effect_by_itself", "This change takes effect by itself.")
    return change


def _end(change: TierChange, actor: Actor, status: ChangeStatus, *, at: datetime, reason: str = "") -> None:
    change.status, change.ended_at, change.ended_by, change.reason = status, at, actor.user, reason
    change.save(update_fields=["status", "ended_at", "ended_by", "reason"])


def _same_or_refuse(change: TierChange, actor: Actor, tier: SupportTier, group: BillingGroup) -> TierChange:
    if (change.requested_by_id, change.to_tier, change.billing_group) == (actor.user_id, tier, group):
        return change
    who = "You have" if change.requested_by_id == actor.user_id else f"{change.requested_by} has"
    raise RuleViolation(
        "change_open", f"{who} already asked for {change.to_tier}. Only one change can be open at a time."
    )


def _zone(change: TierChange) -> ZoneInfo:
    return ZoneInfo(change.organization.time_zone)


def _record(change: TierChange, actor: Actor, event: str, what: str, **after: object) -> None:
    summary = f"{what}: support tier {change.from_tier} → {change.to_tier}, charged to {change.billing_group}"
    record(
        change.organization,
        AuditArea.TIER,
        event,
        summary,
        actor=actor,
        before={"tier": change.from_tier.name},
        after={"tier": change.to_tier.name, "status": change.status, **after},
        tier_change=change.pk,
    )
