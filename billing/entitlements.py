"""What an organization may expect of support. All that ``tickets`` sees of billing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from billing.calendars import Schedule, SupportHours, parse_week
from billing.models.calendars import SupportCalendar
from billing.models.tiers import CustomSla, SupportTier, TargetKind, TierPeriod
from orgs.models import Organization, Service

FREE_TIER = "basic"


def target_label(minutes: int | None, business_days: int | None) -> str:
    """A target in words: “30 minutes”, “4 hours”, “next business day (best effort)”."""
    if minutes is None:
        return "next business day (best effort)" if business_days else "same business day (best effort)"
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute")]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)


@dataclass(frozen=True)
class Target:
    """A promise for a severity, ready to be shown and to be computed with."""

    severity: str
    support: Schedule
    minutes: int | None
    business_days: int | None

    @property
    def is_best_effort(self) -> bool:
        return self.minutes is None

    @property
    def words(self) -> str:
        return target_label(self.minutes, self.business_days)

    def due_at(self, start: datetime) -> datetime:
        """When what is owed from ``start`` on is due, if the clock never pauses."""
        if self.minutes is None:
            return self.support.end_of_business_day(start, days_on=self.business_days or 0)
        return self.support.add(start, timedelta(minutes=self.minutes))


@dataclass(frozen=True)
class Entitlement:
    """An organization's tier with its hours and targets at one instant; ``targets`` are first responses."""

    tier_code: str
    tier_name: str
    hours_label: str
    has_phone: bool
    is_custom: bool
    targets: Mapping[str, Target]
    further: Mapping[tuple[str, str], Target] = field(default_factory=dict)

    def target(self, kind: str, severity: str) -> Target | None:
        """The promise of a kind. A next response is promised as the first, unless the tier says otherwise;
        updates only where it says so.
        """
        own = self.further.get((kind, severity))
        return own or (None if kind == TargetKind.NEXT_UPDATE else self.targets[severity])


def is_entitled(organization: Organization) -> bool:
    """Whether the organization has at least one paid service, and so may open tickets."""
    return Service.objects.of_organization(organization).filter(is_paid=True).exists()


def tier_of(organization: Organization, at: datetime | None = None) -> SupportTier:
    """The tier in force at an instant; the free one where none was ever bought."""
    periods = TierPeriod.objects.at(at or timezone.now()).filter(organization=organization)
    period = periods.select_related("tier__calendar").first()
    return period.tier if period else SupportTier.objects.select_related("calendar").get(code=FREE_TIER)


def tier_names_of(organization_ids: Iterable[int], at: datetime | None = None) -> dict[int, str]:
    """The names of the tiers of some organizations at an instant, by organization id; two queries at most."""
    wanted = set(organization_ids)
    periods = TierPeriod.objects.at(at or timezone.now()).filter(organization__in=wanted)
    found = dict(periods.values_list("organization", "tier__name"))
    if missing := wanted - found.keys():
        free = SupportTier.objects.filter(code=FREE_TIER).values_list("name", flat=True).first() or ""
        found |= dict.fromkeys(missing, free)
    return found


def organizations_on(tier_code: str, at: datetime | None = None) -> QuerySet[Organization]:
    """Organizations that are on a tier at an instant, as a subquery; the free one has all others."""
    periods = TierPeriod.objects.at(at or timezone.now())
    if tier_code == FREE_TIER:
        return Organization.objects.exclude(
            pk__in=periods.exclude(tier__code=FREE_TIER).values("organization")
        )
    return Organization.objects.filter(pk__in=periods.filter(tier__code=tier_code).values("organization"))


def tier_choices() -> list[tuple[str, str]]:
    """Code and name of each tier, from the smallest to the largest."""
    return list(SupportTier.objects.values_list("code", "name"))


def entitlement_of(organization: Organization, at: datetime | None = None) -> Entitlement:
    """Tier, hours and targets of an organization; three to five queries."""
    return entitlement_on_tier(tier_of(organization, at), organization)


def entitlement_on_tier(tier: SupportTier, organization: Organization) -> Entitlement:
    """What an organization gets on a tier: its custom SLA where it has one and the tier allows it."""
    sla = _custom_sla(organization) if tier.allows_custom_sla else None
    return _custom(tier, sla) if sla else standard_entitlement(tier, organization)


def standard_entitlement(tier: SupportTier, organization: Organization) -> Entitlement:
    """What a tier's own matrix would promise to an organization."""
    support = schedule_of(tier.calendar, organization)
    # A target that staff removed is no promise: best effort, by the next business day.
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
    """What each tier would promise to an organization, from the smallest to the largest; three queries."""
    return [standard_entitlement(tier, organization) for tier in SupportTier.objects.for_matrix()]


def schedule_of(calendar: SupportCalendar, organization: Organization, time_zone: str = "") -> Schedule:
    """A calendar as it counts for an organization: in its time zone and on its public holidays, unless the
    calendar (or ``time_zone``, agreed on with the organization) says otherwise.
    """
    edits = []
    for version in calendar.versions.all():
        country = version.country or country_of(organization)
        hours = SupportHours(
            week=parse_week(version.week),
            zone=ZoneInfo(time_zone or version.time_zone or organization.time_zone),
            country=country if version.observes_holidays else "",
            closed=version.holiday_dates,
        )
        edits.append((version.valid_from, hours))
    return Schedule(edits[0][1], tuple(edits[1:]))


def country_of(organization: Organization) -> str:
    """The country whose public holidays count for an organization."""
    return organization.country or settings.HOLIDAY_COUNTRY


def _custom_sla(organization: Organization) -> CustomSla | None:
    found = CustomSla.objects.filter(organization=organization).select_related("calendar")
    return found.prefetch_related("targets").first()


def _custom(tier: SupportTier, sla: CustomSla) -> Entitlement:
    """The tier with the agreed targets in place of its matrix."""
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
