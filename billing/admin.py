from django.contrib import admin
from django.http import HttpRequest

from billing import models


class TargetInline(admin.TabularInline):
    model = models.SlaTarget
    extra = 0


@admin.register(models.SupportTier)
class SupportTierAdmin(admin.ModelAdmin):
    list_display = ["name", "hours", "has_phone", "minimum_amount", "percentage"]
    inlines = [TargetInline]

    def get_readonly_fields(self, request: HttpRequest, obj: models.SupportTier | None = None) -> list[str]:
        return ["code"] if obj else []  # the code of a tier is what the program knows it by

    def has_delete_permission(self, request: HttpRequest, obj: models.SupportTier | None = None) -> bool:
        return False


@admin.register(models.TierPeriod)
class TierPeriodAdmin(admin.ModelAdmin):
    list_display = ["organization", "tier", "started_at", "ended_at"]
    list_select_related = ["organization", "tier"]
    autocomplete_fields = ["organization"]


@admin.register(models.BillingGroup)
class BillingGroupAdmin(admin.ModelAdmin):
    list_display = ["name", "organization", "currency"]
    list_select_related = ["organization"]
    autocomplete_fields = ["organization"]
