from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Field, Model, QuerySet
from django.db.models.options import Options
from django.http import HttpRequest

from orgs import models
from orgs.actions.members import change_member
from orgs.actions.people import save_person
from orgs.actions.record import record
from orgs.actor import Actor
from orgs.roles import OrganizationRole
from orgs.source import Source
from supportcenter.rules import attempt


class AuditedAdmin(admin.ModelAdmin):
    """Writes an audit entry, with the values before and after, for each row that is added, changed or
    deleted here, also as an inline. Say in ``area`` where it belongs, and in ``organization_of`` whose it is.
    """

    area: models.AuditArea

    def organization_of(self, obj: Any) -> models.Organization | None:
        """Return the organization whose audit log records a change of ``obj``, or None for the site's."""
        return obj.organization

    def area_of(self, obj: Any) -> models.AuditArea:
        return self.area

    def save_model(self, request: HttpRequest, obj: Model, form: forms.Form, change: bool) -> None:
        before = self._stored(type(obj), [obj.pk])
        super().save_model(request, obj, form, change)
        self._audit(request, before.get(obj.pk), obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: Any) -> None:
        before = self._stored(formset.model, [each.instance.pk for each in formset.initial_forms])
        super().save_formset(request, form, formset, change)
        after = self._stored(formset.model, [*before, *(each.pk for each in formset.new_objects)])
        for pk in before | after:
            self._audit(request, before.get(pk), after.get(pk))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self._audit(request, obj, None)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:
            self._audit(request, obj, None)
        super().delete_queryset(request, queryset)

    @staticmethod
    def _stored(model: type[Model], keys: list[Any]) -> dict[Any, Model]:
        """Return the rows as stored, whatever a form has changed on the instances."""
        return model._default_manager.in_bulk([key for key in keys if key])  # noqa: SLF001

    def _audit(self, request: HttpRequest, before: Model | None, after: Model | None) -> None:
        obj = after or before
        was, now = values_of(before), values_of(after)
        changed = [name for name in was | now if was.get(name) != now.get(name)]
        if obj is None or not changed:
            return
        how = "changed" if before and after else "deleted" if before else "added"
        options, organization = _options(obj), self.organization_of(obj)
        kind = str(options.model_name)
        record(
            organization,
            self.area_of(obj),
            f"{kind}.{how}",
            f"{how.capitalize()} the {options.verbose_name} {obj}",
            actor=Actor.of(request.user, Source.WEB),  # type: ignore[arg-type]
            before={name: was[name] for name in changed if name in was},
            after={name: now[name] for name in changed if name in now},
            **({} if obj == organization else {kind: obj.pk}),
        )


def values_of(obj: Model | None) -> dict[str, Any]:
    """Return the fields of a row as text, by name."""
    fields = _options(obj).concrete_fields if obj else []
    return {str(each.verbose_name): _words(obj, each) for each in fields if not each.primary_key}


def _options(obj: Model) -> Options:
    return obj._meta  # noqa: SLF001 - Django's documented name


def _words(obj: Any, field: Field) -> Any:
    value = getattr(obj, field.name)
    if value is None or isinstance(value, bool):
        return value
    return str(getattr(obj, f"get_{field.name}_display")() if field.choices else value)


class SettingsAdmin(AuditedAdmin):
    """For models that belong to no organization: their changes go to the audit log of the settings."""

    area = models.AuditArea.SETTINGS

    def organization_of(self, obj: Any) -> None:
        return None


class UserForm(forms.ModelForm):
    """Stores addresses in lower case, however they are typed."""

    def clean_email(self) -> str:
        return models.normalize_email(self.cleaned_data["email"])


@admin.register(models.User)
class UserAdmin(admin.ModelAdmin):
    """People who leave are deactivated, not deleted: what they wrote stays, their tickets are released."""

    form = UserForm
    list_display = ["email", "name", "staff_role", "is_active"]
    list_filter = ["staff_role", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "time_zone", "staff_role", "is_staff", "is_active"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        actor = Actor.of(request.user, Source.WEB)  # type: ignore[arg-type]
        save_person(actor=actor, user=obj)


class UnitInline(admin.TabularInline):
    model = models.OrganizationalUnit
    extra = 0


@admin.register(models.Organization)
class OrganizationAdmin(AuditedAdmin):
    list_display = ["name", "slug", "country", "time_zone", "visibility"]
    search_fields = ["name", "slug"]
    readonly_fields = ["visibility", "participants_may_add"]  # they have pages that explain the consequences
    inlines = [UnitInline]

    def organization_of(self, obj: Any) -> models.Organization:
        return obj if isinstance(obj, models.Organization) else obj.organization

    def area_of(self, obj: Any) -> models.AuditArea:
        is_unit = isinstance(obj, models.OrganizationalUnit)
        return models.AuditArea.RESOURCES if is_unit else models.AuditArea.POLICY

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its audit log is permanent


class ProjectForm(forms.ModelForm):
    """A project stays in its organization: its tickets do."""

    def clean_unit(self) -> models.OrganizationalUnit:
        unit = self.cleaned_data["unit"]
        if self.instance.pk and unit.organization_id != self.instance.unit.organization_id:
            raise ValidationError("A project can't be moved to another organization.")
        return unit


@admin.register(models.Project)
class ProjectAdmin(AuditedAdmin):
    area = models.AuditArea.RESOURCES
    form = ProjectForm
    list_display = ["name", "unit"]
    list_select_related = ["unit__organization"]
    search_fields = ["name"]

    def organization_of(self, obj: models.Project) -> models.Organization:
        return obj.unit.organization


class ServiceForm(forms.ModelForm):
    """A service stays in its organization: its tickets do."""

    def clean_project(self) -> models.Project:
        project = self.cleaned_data["project"]
        if self.instance.pk and project.unit.organization_id != self.instance.project.unit.organization_id:
            raise ValidationError("A service can't be moved to another organization.")
        return project


@admin.register(models.Service)
class ServiceAdmin(AuditedAdmin):
    area = models.AuditArea.RESOURCES
    form = ServiceForm
    list_display = ["name", "project", "product", "is_paid", "is_early_availability", "removed_at"]
    list_select_related = ["project"]
    search_fields = ["name", "project__name"]

    def organization_of(self, obj: models.Service) -> models.Organization:
        return obj.project.unit.organization


class MembershipForm(forms.ModelForm):
    """Checks the rules of ``change_member``, with the error on the field that breaks them."""

    def clean_role(self) -> str:
        role = self.cleaned_data["role"]
        if self.instance.pk and role != OrganizationRole.ADMIN and self.instance.is_last_admin:
            raise ValidationError("This is the only organization admin. Make someone else an admin first.")
        return role

    def clean(self) -> None:
        organization = self.cleaned_data.get("organization") or getattr(self.instance, "organization", None)
        unit = self.cleaned_data.get("unit")
        if unit and unit.organization != organization:
            self.add_error("unit", "Choose a unit of this organization.")


@admin.register(models.Membership)
class MembershipAdmin(AuditedAdmin):
    """For the first admin of an organization, and if no admin who can sign in is left. Members are removed on
    the organization's own page.
    """

    area = models.AuditArea.PEOPLE
    form = MembershipForm
    list_display = ["user", "organization", "unit", "role"]
    list_select_related = ["user", "organization", "unit"]
    autocomplete_fields = ["user", "organization"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["user", "organization"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        actor = Actor.of(request.user, Source.WEB)  # type: ignore[arg-type]
        attempt(request, lambda: change_member(actor=actor, membership=obj, role=obj.role, unit=obj.unit))
