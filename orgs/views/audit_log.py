from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from orgs.access import (
    audit_log_of,
    organization_for,
    people_in_audit_log,
    people_in_settings_log,
    settings_log,
)
from orgs.actor import actor_of
from orgs.audit import AuditFilterForm, actor_choices, as_table, page_of, steps_of
from orgs.roles import Capability
from supportcenter.combobox import Choice
from supportcenter.http import csv_download


@require_safe
def audit_log(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the organization's filtered audit log, newest first."""
    organization = organization_for(actor_of(request), slug, capability=Capability.MANAGE_ORGANIZATION)
    form = AuditFilterForm(request.GET, people=people_in_audit_log(organization), slug=slug)
    page = page_of(form.apply(audit_log_of(organization)), request.GET)
    export = reverse("orgs:audit_log_export", args=[slug])
    context = {
        "organization": organization,
        "form": form,
        "is_filtered": bool(form.filters),
        "rows": [{"entry": each, "steps": steps_of(each)} for each in page.entries],
        "newer_url": page.newer_url,
        "older_url": page.older_url,
        "export_url": f"{export}?{request.GET.urlencode()}",
    }
    return render(request, "orgs/audit_log.html", context)


def audit_people(request: HttpRequest, slug: str) -> list[Choice]:
    """Return the people to filter an organization's audit log by."""
    organization = organization_for(actor_of(request), slug, capability=Capability.MANAGE_ORGANIZATION)
    return actor_choices(people_in_audit_log(organization))


def settings_people(request: HttpRequest) -> list[Choice]:
    """Return the people to filter the log of the settings by."""
    settings_log(actor_of(request))
    return actor_choices(people_in_settings_log())


@require_safe
def settings_log_page(request: HttpRequest) -> HttpResponse:
    """Show the filtered log of changes to the settings, newest first."""
    entries = settings_log(actor_of(request))
    form = AuditFilterForm(request.GET, people=people_in_settings_log())
    page = page_of(form.apply(entries), request.GET)
    context = {
        "form": form,
        "is_filtered": bool(form.filters),
        "rows": [{"entry": each, "steps": steps_of(each)} for each in page.entries],
        "newer_url": page.newer_url,
        "older_url": page.older_url,
        "export_url": f"{reverse('orgs:settings_log_export')}?{request.GET.urlencode()}",
    }
    return render(request, "orgs/settings_log.html", context)


@require_safe
def settings_log_export(request: HttpRequest) -> StreamingHttpResponse:
    """Download the whole filtered settings log as CSV."""
    entries = settings_log(actor_of(request))
    form = AuditFilterForm(request.GET, people=people_in_settings_log())
    return csv_download("settings-log.csv", as_table(form.apply(entries)))


@require_safe
def audit_log_export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Download the whole filtered log as CSV."""
    organization = organization_for(actor_of(request), slug, capability=Capability.MANAGE_ORGANIZATION)
    form = AuditFilterForm(request.GET, people=people_in_audit_log(organization), slug=slug)
    return csv_download(f"audit-log-{slug}.csv", as_table(form.apply(audit_log_of(organization))))
