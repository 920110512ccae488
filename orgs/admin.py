from django import forms
from django.contrib import admin

from orgs import models


class UserForm(forms.ModelForm):
    """Addresses are stored in lower case, however they are typed."""

    def clean_email(self) -> str:
        return models.normalize_email(self.cleaned_data["email"])


@admin.register(models.User)
class UserAdmin(admin.ModelAdmin):
    form = UserForm
    list_display = ["email", "name", "staff_role", "is_active"]
    list_filter = ["staff_role", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "time_zone", "staff_role", "is_staff", "is_active"]


class UnitInline(admin.TabularInline):
    model = models.OrganizationalUnit
    extra = 0


@admin.register(models.Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "country", "time_zone", "visibility"]
    search_fields = ["name", "slug"]
    inlines = [UnitInline]


@admin.register(models.Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ["name", "unit"]
    list_select_related = ["unit__organization"]
    search_fields = ["name"]


@admin.register(models.Service)
class ServiceAdmin(admin.ModelAdmin):
    list_display = ["name", "project", "product", "is_paid", "is_early_availability"]
    list_select_related = ["project"]
    search_fields = ["name", "project__name"]


@admin.register(models.Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "organization", "unit", "role"]
    list_select_related = ["user", "organization", "unit"]
    autocomplete_fields = ["user", "organization"]
