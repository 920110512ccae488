"""Custom SLAs, for tiers that allow them."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from billing import events
from billing.entitlements import tier_of
from billing.models.calendars import SupportCalendar
from billing.models.tiers import CustomSla, CustomSlaTarget
from orgs.actions.record import lock, record
from orgs.actor import Actor
from orgs.models import AuditArea, Organization
from supportcenter.errors import RuleViolation


@transaction.atomic
def record_custom_sla(
    *,
    actor: Actor,
    organization: Organization,
    calendar: SupportCalendar,
    time_zone: str,
    document_url: str,
    minutes: Mapping[str, int],
) -> CustomSla:
    """Record an agreed SLA: first-response ``minutes`` by severity, the calendar, a link to the signed text.

    Raises ``RuleViolation`` if the organization's tier doesn't allow it.
    """
    organization = lock(organization)
    tier = tier_of(organization)
    if not tier.allows_custom_sla:
        raise RuleViolation("no_custom_sla", f"The support tier {tier} doesn't allow a custom SLA.")
    before = custom_sla_values(organization)
    sla, _ = CustomSla.objects.update_or_create(
        organization=organization,
        defaults={
            "calendar": calendar,
            "time_zone": time_zone,
            "document_url": document_url,
            "recorded_by": actor.user,
            "recorded_at": timezone.now(),
        },
    )
    sla.targets.all().delete()
    CustomSlaTarget.objects.bulk_create(
        CustomSlaTarget(sla=sla, severity=severity, minutes=value) for severity, value in minutes.items()
    )
    record(
        organization,
        AuditArea.TIER,
        events.CUSTOM_SLA_RECORDED,
        "Custom SLA recorded",
        actor=actor,
        before=before,
        after=custom_sla_values(organization),
    )
    return sla


@transaction.atomic
def remove_custom_sla(*, actor: Actor, organization: Organization) -> None:
    """Return to the tier's own targets. Without a custom SLA, do nothing."""
    organization = lock(organization)
    before = custom_sla_values(organization)
    if not before:
        return
    CustomSla.objects.filter(organization=organization).delete()
    record(
        organization,
        AuditArea.TIER,
        events.CUSTOM_SLA_REMOVED,
        "Custom SLA removed",
        actor=actor,
        before=before,
    )


def custom_sla_values(organization: Organization) -> dict[str, object]:
    """Return the custom SLA as plain values; empty if there is none."""
    sla = (
        CustomSla.objects.filter(organization=organization)
        .select_related("calendar")
        .prefetch_related("targets")
        .first()
    )
    if sla is None:
        return {}
    return {
        "calendar": sla.calendar.code,
        "time_zone": sla.time_zone,
        "document_url": sla.document_url,
        "minutes": {each.severity: each.minutes for each in sla.targets.all()},
    }
