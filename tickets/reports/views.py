"""Reports on all tickets for staff, and on an organization's tickets for its admins."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.models import Organization
from orgs.roles import Capability
from supportcenter.combobox import Choice
from supportcenter.http import csv_download
from tickets.reports.access import names_for, source_for_organization, source_for_staff
from tickets.reports.forms import ReportForm
from tickets.reports.report import TABLES, Report, build_report
from tickets.reports.sections import SECTIONS
from tickets.reports.source import ReportSource

FIRST = next(iter(SECTIONS))


@require_safe
def staff_report(request: HttpRequest, code: str = FIRST) -> HttpResponse:
    """Show a report on all organizations."""
    source = source_for_staff(actor_of(request))
    context = _context(request, source, code, [])
    return render(request, "tickets/reports/staff.html", context)


@require_safe
def organization_report(request: HttpRequest, slug: str, code: str = FIRST) -> HttpResponse:
    """Show a report on an organization, for its admins."""
    organization, source = _organization_source(request, slug)
    context = _context(request, source, code, [slug]) | {"organization": organization}
    return render(request, "tickets/reports/organization.html", context)


@require_safe
def staff_table(request: HttpRequest, code: str, table: str) -> StreamingHttpResponse:
    """Download a table of a report as CSV, with all rows."""
    return _table(request, source_for_staff(actor_of(request)), code, table, "all")


@require_safe
def organization_table(request: HttpRequest, slug: str, code: str, table: str) -> StreamingHttpResponse:
    """Download a table of an organization's report as CSV, with all rows."""
    return _table(request, _organization_source(request, slug)[1], code, table, slug)


def staff_choices(request: HttpRequest, dimension: str) -> list[Choice]:
    """Return the values of a dimension to filter the staff's reports by."""
    return _choices(source_for_staff(actor_of(request)), dimension)


def organization_choices(request: HttpRequest, slug: str, dimension: str) -> list[Choice]:
    """Return the values of a dimension to filter an organization's reports by."""
    return _choices(_organization_source(request, slug)[1], dimension)


def _choices(source: ReportSource, dimension: str) -> list[Choice]:
    names = names_for(source)
    if dimension not in names:
        raise Http404("No such dimension")
    return list(names[dimension].items())


def _organization_source(request: HttpRequest, slug: str) -> tuple[Organization, ReportSource]:
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.SEE_ALL_TICKETS)
    return organization, source_for_organization(actor, organization)


def _read(
    request: HttpRequest, source: ReportSource, code: str, slugs: Sequence[str] = ()
) -> tuple[ReportForm, Report]:
    """Return the report of a URL with its form, or raise 404."""
    if code not in SECTIONS:
        raise Http404("No such report")
    names = names_for(source)
    form = ReportForm(request.GET, names=names, now=timezone.now(), slugs=slugs)
    dimension = form.dimension
    filtered = source.only(form.filters)
    return form, build_report(filtered, SECTIONS[code], form.covered, dimension, names[dimension])


def _context(request: HttpRequest, source: ReportSource, code: str, args: list[str]) -> dict[str, Any]:
    form, report = _read(request, source, code, args)
    page, table = _url_names(args)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    # The file has the days of the page, also if the link is passed on.
    export = "?" + urlencode(request.GET.dict() | {"zone": str(report.period.zone)})
    return {
        "form": form,
        "report": report,
        "dimension": form.dimension_label,
        "tabs": [
            {
                "label": each.label,
                "url": reverse(page, args=[*args, each.code]) + query,
                "current": each.code == code,
            }
            for each in SECTIONS.values()
        ],
        "exports": {
            each.replace("-", "_"): reverse(table, args=[*args, code, each]) + export for each in TABLES
        },
        "is_filtered": bool(request.GET),
    }


def _url_names(args: list[str]) -> tuple[str, str]:
    if args:
        return "tickets:organization_reports", "tickets:organization_report_table"
    return "tickets:reports", "tickets:report_table"


def _table(
    request: HttpRequest, source: ReportSource, code: str, table: str, scope: str
) -> StreamingHttpResponse:
    if table not in TABLES:
        raise Http404("No such table")
    form, report = _read(request, source, code)
    rows = TABLES[table](report, form.dimension_label)
    first, last = report.period.first, report.period.last
    return csv_download(f"{code}-{table}-{scope}-{first}-{last}.csv", rows)
