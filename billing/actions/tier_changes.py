"""Changes of the support tier, from the request to activation.

Every action locks the organization first, so that two people can't decide at the same time. A constraint
ensures that an organization has at most one open change.
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
from billing.proration import Price
from billing.quote_inputs import quote_for
from orgs.actions.record import lock, record
from orgs.actor import SYSTEM, Actor
from orgs.models import AuditArea, Organization
from supportcenter.errors import RuleViolation
from supportcenter.zones import begin_of

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
    """Request ``tier``, charged to ``billing_group``, at the quote whose digest was ``confirmed``.

    Repeating an open request changes nothing, so a double click is harmless. Raises ``RuleViolation`` if
    another change is open, the tier is the current one, the organization has no paid service, the group was
    deleted or is another organization's, or the quote differs from the confirmed one.
    """
    organization = lock(organization)
    now = timezone.now()
    current = tier_of(organization, now)
    open_change = TierChange.objects.open().filter(organization=organization).for_list().first()
    if open_change:
        return _existing_or_refuse(open_change, actor, tier, billing_group)
    if tier == current:
        raise RuleViolation("tier_current", f"{tier} is already your support tier.")
    if not is_entitled(organization):
        raise RuleViolation("not_entitled", "You need at least one paid service to change the support tier.")
    if not organization.billing_groups.filter(pk=billing_group.pk).exists():
        raise RuleViolation("foreign_group", "Choose one of your organization's billing groups.")
    quoted = quote_for(organization, tier, billing_group, now)
    if quote.digest(quoted) != confirmed:
        raise RuleViolation(
            "quote_outdated",
            "The quote has changed. Review it and confirm again.",
        )
    change = TierChange.objects.create(
        organization=organization,
        from_tier=current,
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
    """Start setting up the new tier; repeating it changes nothing."""
    change = _lock_for_setup(change)
    if change.status == ChangeStatus.IN_SETUP:
        return change
    change.status, change.setup_started_at = ChangeStatus.IN_SETUP, timezone.now()
    change.save(update_fields=["status", "setup_started_at"])
    _record(change, actor, events.TIER_CHANGE_SETUP_STARTED, "Setup started")
    return change


@transaction.atomic
def complete_tier_change(*, actor: Actor, change: TierChange) -> TierChange:
    """Finish the setup and activate the new tier at the agreed price."""
    change = _lock_for_setup(change)
    return _activate(change, actor, at=timezone.now())


@transaction.atomic
def cancel_tier_change(*, actor: Actor, change: TierChange) -> TierChange:
    """Cancel the request, as an admin of the organization."""
    change = _lock_open(change)
    _end(change, actor, ChangeStatus.CANCELED, at=timezone.now())
    _record(change, actor, events.TIER_CHANGE_CANCELED, "Canceled")
    return change


@transaction.atomic
def refuse_tier_change(*, actor: Actor, change: TierChange, reason: str) -> TierChange:
    """Refuse the request, as the account team, with a reason for the organization's admins."""
    if not reason.strip():
        raise RuleViolation(
            "reason_missing", "Enter a reason so that the customer knows what to do.", field="reason"
        )
    change = _lock_open(change)
    _end(change, actor, ChangeStatus.REFUSED, at=timezone.now(), reason=reason.strip())
    _record(change, actor, events.TIER_CHANGE_REFUSED, "Refused", reason=change.reason)
    return change


def apply_due_changes(now: datetime) -> int:
    """Activate changes that take effect by ``now``; return how many. A failure doesn't stop the others."""
    due = TierChange.objects.open().filter(effective_at__lte=now).select_related("organization")
    count = sum(_try_to_activate(change, change.effective_at or now) for change in due)
    if settings.AUTO_COMPLETE_TIER_CHANGES:
        promised = TierChange.objects.open().filter(promised_on__isnull=False).select_related("organization")
        # From the start of the promised day, as in the quote, even if the job runs late.
        days = [(each, begin_of(each.promised_on, _zone(each))) for each in promised if each.promised_on]
        count += sum(_try_to_activate(change, at) for change, at in days if at <= now)
    return count


def notify_overdue_changes(now: datetime) -> int:
    """Publish once for each change that its promised date has passed; return how many."""
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
    """Start the new tier at the agreed price, even if the tier's price has changed."""
    price = Price(Decimal(change.quote["minimum"]), Decimal(change.quote["percentage"]))
    start_period(change.organization, change.to_tier, at=at, group=change.billing_group, price=price)
    _end(change, actor, ChangeStatus.ACTIVE, at=at)
    _record(change, actor, events.TIER_CHANGE_ACTIVATED, "Activated")
    return change


def _lock_open(change: TierChange) -> TierChange:
    """Lock the organization and return the current row. Raises ``RuleViolation`` unless it is open."""
    lock(change.organization)
    change = TierChange.objects.for_list().get(pk=change.pk)
    if not change.is_open:
        raise RuleViolation("change_ended", f"This change is already {change.get_status_display().lower()}.")
    return change


def _lock_for_setup(change: TierChange) -> TierChange:
    """Return an open change that needs setup. Raises ``RuleViolation`` if it takes effect automatically."""
    change = _lock_open(change)
    if change.is_scheduled:
        raise RuleViolation("needs_no_setup", "This change takes effect automatically.")
    return change


def _end(change: TierChange, actor: Actor, status: ChangeStatus, *, at: datetime, reason: str = "") -> None:
    change.status, change.ended_at, change.ended_by, change.reason = status, at, actor.user, reason
    change.save(update_fields=["status", "ended_at", "ended_by", "reason"])


def _existing_or_refuse(
    change: TierChange, actor: Actor, tier: SupportTier, group: BillingGroup
) -> TierChange:
    if (change.requested_by_id, change.to_tier, change.billing_group) == (actor.user_id, tier, group):
        return change
    who = "You have" if change.requested_by_id == actor.user_id else f"{change.requested_by} has"
    raise RuleViolation(
        "change_open", f"{who} already requested {change.to_tier}. Only one change can be open at a time."
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
