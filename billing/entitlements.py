"""What support an organization is entitled to. ``tickets`` imports nothing else of billing but events."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from billing.calendars import Schedule, SupportHours, parse_week
from billing.models.calendars import SupportCalendar
from billing.models.tiers import SEVERITIES, CustomSla, SlaTarget, SupportTier, TargetKind, TierPeriod
from orgs.models import Organization, Service
from supportcenter.wording import format_count

FREE_TIER = "basic"


def target_label(minutes: int | None, business_days: int | None) -> str:
    """Return a target in words: “30 minutes”, “4 hours”, “next business day (best effort)”."""
    if minutes is None:
        return "next business day (best effort)" if business_days else "same business day (best effort)"
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute")]
    return " ".join(format_count(count, unit) for count, unit in parts if count)


@dataclass(frozen=True)
class Target:
    """The target of a severity, with the support hours that it counts in."""

    severity: str
    support: Schedule
    minutes: int | None
    business_days: int | None

    @property
    def is_best_effort(self) -> bool:
        return self.minutes is None

    @property
    def label(self) -> str:
        return target_label(self.minutes, self.business_days)

    def due_at(self, start: datetime) -> datetime:
        """Return when a clock that starts at ``start`` is due if it never pauses."""
        if self.minutes is None:
            return self.support.end_of_business_day(start, days_on=self.business_days or 0)
        return self.support.add(start, timedelta(minutes=self.minutes))


@dataclass(frozen=True)
class Entitlement:
    """A tier's support hours and targets for an organization at one instant.

    ``targets`` are those of first responses, ``further`` all others.
    """

    tier_code: str
    tier_name: str
    hours_label: str
    has_phone: bool
    is_custom: bool
    targets: Mapping[str, Target]
    further: Mapping[tuple[str, str], Target] = field(default_factory=dict)

    def target(self, kind: str, severity: str) -> Target | None:
        """Return the target of a kind, if there is one.

        Without a target of its own, the next response has that of the first response.
        """
        own = self.further.get((kind, severity))
        return own or (None if kind == TargetKind.NEXT_UPDATE else self.targets[severity])


def is_entitled(organization: Organization) -> bool:
    """Return whether the organization has a paid service, and so may open tickets."""
    return Service.objects.of_organization(organization).filter(is_paid=True).exists()


def tier_of(organization: Organization, at: datetime | None = None) -> SupportTier:
    """Return the tier in force at an instant; the free one if none was bought."""
    periods = TierPeriod.objects.at(at or timezone.now()).filter(organization=organization)
    period = periods.select_related("tier__calendar").first()
    return period.tier if period else SupportTier.objects.select_related("calendar").get(code=FREE_TIER)


def tier_names_of(organization_ids: Iterable[int], at: datetime | None = None) -> dict[int, str]:
    """Return the tier names of organizations at an instant, by organization id; at most two queries."""
    wanted = set(organization_ids)
    periods = TierPeriod.objects.at(at or timezone.now()).filter(organization__in=wanted)
    found = dict(periods.values_list("organization", "tier__name"))
    if missing := wanted - found.keys():
        free = SupportTier.objects.filter(code=FREE_TIER).values_list("name", flat=True).first() or ""
        found |= dict.fromkeys(missing, free)
    return found


def organizations_on(tier_code: str, at: datetime | None = None) -> QuerySet[Organization]:
    """Return the organizations on a tier at an instant, as a subquery; the free tier has all others."""
    periods = TierPeriod.objects.at(at or Now())
    if tier_code == FREE_TIER:
        return Organization.objects.exclude(
            pk__in=periods.exclude(tier__code=FREE_TIER).values("organization")
        )
    return Organization.objects.filter(pk__in=periods.filter(tier__code=tier_code).values("organization"))


def tier_choices() -> list[tuple[str, str]]:
    """Return code and name of each tier, smallest first."""
    return list(SupportTier.objects.values_list("code", "name"))


def entitlement_of(organization: Organization, at: datetime | None = None) -> Entitlement:
    """Return tier, hours and targets of an organization; three to five queries."""
    return entitlement_on_tier(tier_of(organization, at), organization)


@dataclass(frozen=True)
class Summary:
    """An entitlement in words: ``targets`` are those of first responses, by severity."""

    tier_name: str
    hours_label: str
    has_phone: bool
    targets: Mapping[str, str]


def summary_of(organization: Organization) -> Summary:
    """Return what an organization is entitled to now, without its schedule; one to four queries."""
    tiers = TierPeriod.objects.at(Now()).filter(organization=organization).values("tier")
    free = SupportTier.objects.filter(code=FREE_TIER).values("pk")
    rows = SlaTarget.objects.filter(tier=Coalesce(Subquery(tiers[:1]), Subquery(free)))
    targets = list(rows.filter(kind=TargetKind.FIRST_RESPONSE).select_related("tier__calendar"))
    tier = targets[0].tier if targets else tier_of(organization)
    labels = {each.severity: target_label(each.minutes, each.business_days) for each in targets}
    hours = tier.calendar.name
    if tier.allows_custom_sla and (sla := _custom_sla(organization)):
        hours = f"{sla.calendar.name}, custom SLA"
        labels = {each.severity: target_label(each.minutes, None) for each in sla.targets.all()}
    # A target that staff removed falls back to best effort by the next business day.
    usual = {severity: target_label(None, 1) for severity, _ in SEVERITIES}
    return Summary(tier.name, hours, tier.has_phone, usual | labels)


def entitlement_on_tier(tier: SupportTier, organization: Organization) -> Entitlement:
    """Return what an organization gets on a tier: its custom SLA if it has one and the tier allows it."""
    sla = _custom_sla(organization) if tier.allows_custom_sla else None
    return _custom(tier, sla) if sla else standard_entitlement(tier, organization)


def standard_entitlement(tier: SupportTier, organization: Organization) -> Entitlement:
    """Return what an organization gets on a tier without a custom SLA."""
    support = schedule_of(tier.calendar, organization)
    # A target that staff removed falls back to best effort by the next business day.
    first = defaultdict(lambda: Target("", support, None, 1))
    further = {}
    for each in tier.targets.all():
        target = Target(each.severity, support, each.minutes, each.business_days)
        if each.kind == TargetKind.FIRST_RESPONSE:
            first[each.severity] = target
        else:
            further[each.kind, each.severity] = target
    return Entitlement(
        tier_code=tier.code,
        tier_name=tier.name,
        hours_label=tier.calendar.name,
        has_phone=tier.has_phone,
        is_custom=False,
        targets=first,
        further=further,
    )


def entitlements_by_tier(organization: Organization) -> list[Entitlement]:
    """Return what an organization would get on each tier, smallest first; three queries."""
    return [standard_entitlement(tier, organization) for tier in SupportTier.objects.for_matrix()]


def schedule_of(calendar: SupportCalendar, organization: Organization, time_zone: str = "") -> Schedule:
    """Return a calendar's schedule for an organization.

    Time zone and public holidays are the organization's, unless the calendar has its own. ``time_zone`` is
    that of a custom SLA and overrides the other two.
    """
    edits = []
    for version in calendar.versions.all():
        country = version.country or country_of(organization)
        hours = SupportHours(
            week=parse_week(version.week),
            zone=ZoneInfo(time_zone or version.time_zone or organization.time_zone),
            country=country if version.observes_holidays else "",
            extra_holidays=version.holiday_dates,
        )
        edits.append((version.valid_from, hours))
    return Schedule(edits[0][1], tuple(edits[1:]))


def country_of(organization: Organization) -> str:
    """Return the country whose public holidays apply to an organization."""
    return organization.country or settings.HOLIDAY_COUNTRY


def _custom_sla(organization: Organization) -> CustomSla | None:
    found = CustomSla.objects.filter(organization=organization).select_related("calendar")
    return found.prefetch_related("targets").first()


def _custom(tier: SupportTier, sla: CustomSla) -> Entitlement:
    """Return the tier with the targets of a custom SLA instead of its own."""
    support = schedule_of(sla.calendar, sla.organization, sla.time_zone)
    targets = defaultdict(lambda: Target("", support, None, 1))
    for each in sla.targets.all():
        targets[each.severity] = Target(each.severity, support, each.minutes, None)
    return Entitlement(
        tier_code=tier.code,
        tier_name=tier.name,
        hours_label=f"{sla.calendar.name}, custom SLA",
        has_phone=tier.has_phone,
        is_custom=True,
        targets=targets,
    )
