"""Every read of billing data for a person. Raises 404 for what they can't see."""

from datetime import date

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from billing.models.calendars import SupportCalendar
from billing.models.changes import TierChange
from billing.models.charges import ExchangeRate
from billing.models.groups import BillingGroup
from billing.models.invoices import CreditNote, Invoice
from billing.models.tiers import SupportTier, TierPeriod
from billing.outstanding import OutstandingMonth, outstanding_months
from orgs.access import organizations_for, require
from orgs.actor import Actor
from orgs.models import Organization, Service
from orgs.roles import Capability
from supportcenter.http import found_or_404

RECENT = 20


def organizations_with_tier(actor: Actor, search: str = "") -> QuerySet[Organization]:
    """Return organizations with ``tier_name``, ``is_entitled`` and ``member_count``, for the account team."""
    current = TierPeriod.objects.at(timezone.now()).filter(organization=OuterRef("pk"))
    paid = Service.objects.running().filter(project__unit__organization=OuterRef("pk"), is_paid=True)
    found = _managed_organizations(actor)
    if search:
        found = found.filter(name__icontains=search)
    return found.annotate(
        tier_name=Subquery(current.values("tier__name")[:1]),
        is_entitled=Exists(paid),
        member_count=Count("memberships"),
    ).order_by("name")


def tiers() -> QuerySet[SupportTier]:
    """Return all tiers with their targets, smallest first."""
    return SupportTier.objects.for_matrix()


def calendars_for(actor: Actor, *, to_change: bool = False) -> QuerySet[SupportCalendar]:
    """Return all calendars with versions and tiers, for agents; ``to_change`` requires a duty lead."""
    require(actor, Capability.MANAGE_SETTINGS if to_change else Capability.WORK_QUEUE)
    return SupportCalendar.objects.prefetch_related("versions", "tiers")


def calendar_for(actor: Actor, pk: int) -> SupportCalendar:
    """Return one calendar, for a duty lead, or raise 404."""
    return found_or_404(calendars_for(actor, to_change=True).filter(pk=pk).first(), "No such calendar")


def matrix_for(actor: Actor) -> QuerySet[SupportTier]:
    """Return all tiers with their targets, for agents."""
    require(actor, Capability.WORK_QUEUE)
    return tiers()


def calendars() -> QuerySet[SupportCalendar]:
    """Return all calendars, by name."""
    return SupportCalendar.objects.all()


def tier_by_code(code: str) -> SupportTier:
    """Return one tier by its code, or raise 404."""
    return found_or_404(tiers().filter(code=code).first(), "No such tier")


def current_period(organization: Organization) -> TierPeriod | None:
    """Return the current period with tier and billing group, or None if the organization never had one."""
    periods = TierPeriod.objects.at(timezone.now()).filter(organization=organization)
    return periods.select_related("tier", "billing_group").first()


def groups_of(organization: Organization) -> QuerySet[BillingGroup]:
    """Return the organization's billing groups, default first."""
    return BillingGroup.objects.filter(organization=organization).order_by("-is_default", "name")


def group_of(organization: Organization, pk: int) -> BillingGroup:
    """Return one billing group of the organization, or raise 404."""
    return found_or_404(
        groups_of(organization).filter(pk=pk).select_related("organization").first(), "No such billing group"
    )


def open_change_of(organization: Organization) -> TierChange | None:
    """Return the open change, if there is one."""
    return TierChange.objects.open().filter(organization=organization).for_list().first()


def changes_of(organization: Organization) -> QuerySet[TierChange]:
    """Return all changes of an organization, newest first."""
    return TierChange.objects.filter(organization=organization).for_list()


def change_of(organization: Organization, pk: int) -> TierChange:
    """Return one change of the organization, or raise 404."""
    return found_or_404(changes_of(organization).filter(pk=pk).first(), "No such change")


def changes_for(actor: Actor) -> tuple[list[TierChange], QuerySet[TierChange]]:
    """Return open changes, by promised date, and the latest decided ones, for the account team."""
    all_changes = TierChange.objects.filter(organization__in=_managed_organizations(actor)).for_list()
    waiting = sorted(all_changes.open(), key=lambda each: (each.promised_on or date.max, each.pk))
    return waiting, all_changes.exclude(pk__in=[each.pk for each in waiting]).order_by("-ended_at")[:RECENT]


def change_for(actor: Actor, pk: int) -> TierChange:
    """Return one change for the account team, or raise 404."""
    found = TierChange.objects.filter(organization__in=_managed_organizations(actor), pk=pk).for_list()
    return found_or_404(found.select_related("ended_by").first(), "No such change")


def invoices_of(organization: Organization) -> QuerySet[Invoice]:
    """Return all invoices of an organization, newest first."""
    invoices = Invoice.objects.filter(billing_group__organization=organization)
    return invoices.select_related("billing_group__organization")


def invoice_of(organization: Organization, pk: int) -> Invoice:
    """Return one invoice of the organization with its lines, or raise 404."""
    return found_or_404(
        invoices_of(organization).filter(pk=pk).prefetch_related("lines__project").first(), "No such invoice"
    )


def outstanding_for(actor: Actor) -> list[OutstandingMonth]:
    """Return the outstanding months of all organizations, for the account team."""
    return outstanding_months(_managed_organizations(actor).order_by("name"), timezone.now())


def outstanding_of(organization: Organization) -> list[OutstandingMonth]:
    """Return the outstanding months of the organization, oldest first."""
    return outstanding_months([organization], timezone.now())


def open_credits_of(organization: Organization) -> QuerySet[CreditNote]:
    """Return credits that aren't on an invoice yet."""
    notes = CreditNote.objects.filter(billing_group__organization=organization, line=None)
    return notes.select_related("billing_group", "created_by").order_by("created_at")


def exchange_rates() -> QuerySet[ExchangeRate]:
    """Return the newest exchange rates."""
    return ExchangeRate.objects.order_by("-month", "currency")[:RECENT]


def foreign_currencies(base: str) -> list[str]:
    """Return the currencies of billing groups that need an exchange rate each month."""
    others = BillingGroup.objects.exclude(currency=base).order_by("currency")
    return list(others.values_list("currency", flat=True).distinct())


def _managed_organizations(actor: Actor) -> QuerySet[Organization]:
    return organizations_for(actor, capability=Capability.MANAGE_ACCOUNTS)
