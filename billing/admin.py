from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from billing.models.changes import TierChange
from billing.models.charges import ServiceCharge
from billing.models.groups import BillingGroup
from billing.models.invoices import Invoice
from billing.models.tiers import SlaTarget, SupportTier, TierPeriod
from orgs.admin import AuditedAdmin, SettingsAdmin
from orgs.models import AuditArea, Organization


class TargetInline(admin.TabularInline):
    model = SlaTarget
    extra = 0


@admin.register(SupportTier)
class SupportTierAdmin(SettingsAdmin):
    list_display = ["name", "calendar", "has_phone", "minimum_amount", "percentage"]
    inlines = [TargetInline]

    def get_readonly_fields(self, request: HttpRequest, obj: SupportTier | None = None) -> list[str]:
        return ["code"] if obj else []  # the code identifies the tier in the program

    def has_delete_permission(self, request: HttpRequest, obj: SupportTier | None = None) -> bool:
        return False


class TierPeriodForm(forms.ModelForm):
    """Rejects a group of another organization, before the database does."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        group, organization = values.get("billing_group"), values.get("organization")
        if group and organization and group.organization_id != organization.pk:
            self.add_error("billing_group", "This group belongs to another organization.")
        return values


@admin.register(TierPeriod)
class TierPeriodAdmin(AuditedAdmin):
    """Edits the tier history; the next invoice corrects what was invoiced."""

    form = TierPeriodForm
    area = AuditArea.TIER
    list_display = ["organization", "tier", "billing_group", "started_at", "ended_at"]
    list_select_related = ["organization", "tier", "billing_group"]
    autocomplete_fields = ["organization"]


@admin.register(ServiceCharge)
class ServiceChargeAdmin(AuditedAdmin):
    area = AuditArea.BILLING
    list_display = ["service", "charged_on", "amount"]
    list_select_related = ["service"]
    search_fields = ["service__name", "service__project__name"]
    autocomplete_fields = ["service"]
    date_hierarchy = "charged_on"

    def organization_of(self, obj: Any) -> Organization:
        organization: Organization = obj.service.project.unit.organization
        return organization


class ReadOnlyAdmin(admin.ModelAdmin):
    """Read-only: only actions change these."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(BillingGroup)
class BillingGroupAdmin(ReadOnlyAdmin):
    list_display = ["name", "organization", "currency", "is_default"]
    list_select_related = ["organization"]
    search_fields = ["name", "organization__name"]


@admin.register(TierChange)
class TierChangeAdmin(ReadOnlyAdmin):
    list_display = ["organization", "from_tier", "to_tier", "status", "requested_at"]
    list_select_related = ["organization", "from_tier", "to_tier"]
    list_filter = ["status"]


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ["reference", "billing_group", "month", "total", "currency"]
    list_select_related = ["billing_group"]
