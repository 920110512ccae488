"""Reports: of everything for staff, of the own organization for its admins."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.models import Organization
from orgs.roles import Capability
from supportcenter.http import csv_download
from tickets.reports.composing import TABLES, Report, compose
from tickets.reports.forms import ReportForm
from tickets.reports.reading import Reading, names_for, reading_of, reading_of_staff
from tickets.reports.sections import SECTIONS

FIRST = next(iter(SECTIONS))


@require_safe
def of_staff(request: HttpRequest, code: str = FIRST) -> HttpResponse:
    """One report over all organizations, as filtered."""
    reading = reading_of_staff(actor_of(request))
    context = _context(request, reading, code, [])
    return render(request, "tickets/reports/staff.html", context)


@require_safe
def of_organization(request: HttpRequest, slug: str, code: str = FIRST) -> HttpResponse:
    """One report of an organization, for its admins."""
    organization, reading = _organization_reading(request, slug)
    context = _context(request, reading, code, [slug]) | {"organization": organization}
    return render(request, "tickets/reports/organization.html", context)


@require_safe
def table_of_staff(request: HttpRequest, code: str, table: str) -> StreamingHttpResponse:
    """One table of a report as CSV, whole."""
    return _table(request, reading_of_staff(actor_of(request)), code, table, "all")


@require_safe
def table_of_organization(request: HttpRequest, slug: str, code: str, table: str) -> StreamingHttpResponse:
    """One table of an organization's report as CSV, whole."""
    return _table(request, _organization_reading(request, slug)[1], code, table, slug)


def _organization_reading(request: HttpRequest, slug: str) -> tuple[Organization, Reading]:
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.SEE_ALL_TICKETS)
    return organization, reading_of(actor, organization)


def _read(request: HttpRequest, reading: Reading, code: str) -> tuple[ReportForm, Report]:
    """The report that an address names, with its form; 404 where there is no such report."""
    if code not in SECTIONS:
        raise Http404("No such report")
    names = names_for(reading)
    form = ReportForm(request.GET, names=names, today=timezone.now().date())
    dimension = form.dimension
    filtered = reading.only(form.filters)
    return form, compose(filtered, SECTIONS[code], form.covered, dimension, names[dimension])


def _context(request: HttpRequest, reading: Reading, code: str, args: list[str]) -> dict[str, Any]:
    form, report = _read(request, reading, code)
    page, table = _names_of_pages(args)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return {
        "form": form,
        "report": report,
        "dimension": form.by_words,
        "tabs": [
            {
                "label": each.label,
                "url": reverse(page, args=[*args, each.code]) + query,
                "current": each.code == code,
            }
            for each in SECTIONS.values()
        ],
        "exports": {
            each.replace("-", "_"): reverse(table, args=[*args, code, each]) + query for each in TABLES
        },
        "is_filtered": bool(request.GET),
    }


def _names_of_pages(args: list[str]) -> tuple[str, str]:
    if args:
        return "tickets:organization_reports", "tickets:organization_report_table"
    return "tickets:reports", "tickets:report_table"


def _table(
    request: HttpRequest, reading: Reading, code: str, table: str, whose: str
) -> StreamingHttpResponse:
    if table not in TABLES:
        raise Http404("No such table")
    form, report = _read(request, reading, code)
    rows = TABLES[table](report, form.by_words)
    first, last = report.period.first, report.period.last
    return csv_download(f"{code}-{table}-{whose}-{first}-{last}.csv", rows)
