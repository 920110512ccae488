"""Calendars of support hours and the tiers' targets, in the settings of the agent workspace."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from billing.access import calendar_for, calendars_for, matrix_for
from billing.actions.calendars import add_holidays, save_calendar
from billing.calendar_forms import CalendarForm, HolidayImportForm, HolidaysForm
from billing.holiday_file import format_holidays, load_holidays, public_holidays
from billing.holiday_ics import YEARS_AHEAD
from billing.matrix import promises
from billing.models.calendars import SupportCalendar
from orgs.actor import Actor, actor_of
from orgs.roles import Capability
from orgs.week import format_week
from supportcenter.http import posted, render_form
from supportcenter.rules import submit


@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    """All calendars with their current hours and the tiers that use them."""
    actor = actor_of(request)
    found = [(each, list(each.versions.all())[-1]) for each in calendars_for(actor)]
    rows = [{"calendar": each, "now": now, "week": format_week(now.week)} for each, now in found]
    context = {"rows": rows, "manages": actor.can(Capability.MANAGE_SETTINGS)}
    return render(request, "billing/settings/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Create a calendar."""
    actor = actor_of(request)
    calendars_for(actor, to_change=True)
    return _edited(request, actor, None)


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a calendar; the change applies from now on."""
    actor = actor_of(request)
    return _edited(request, actor, calendar_for(actor, pk))


def _edited(request: HttpRequest, actor: Actor, found: SupportCalendar | None) -> HttpResponse:
    newest = found.versions.last() if found else None
    form = CalendarForm(posted(request), name=found.name if found else "", version=newest)
    if saved := submit(form, lambda: save_calendar(actor=actor, calendar=found, **form.values)):
        messages.success(request, f"{saved} saved. Running clocks now use it.")
        return redirect("billing:calendars")
    context = {"calendar": found, "form": form}
    return render_form(request, "billing/settings/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def extra_holidays(request: HttpRequest, pk: int) -> HttpResponse:
    """Check and import extra holidays; ``country`` and ``year`` fill in public holidays."""
    actor = actor_of(request)
    found = calendar_for(actor, pk)
    is_check = request.POST.get("do") != "import"
    asked = HolidaysForm(request.GET if "country" in request.GET else None)
    offered = public_holidays(**asked.cleaned_data) if asked.is_valid() else []
    form = HolidayImportForm(
        posted(request), request.FILES or None, initial={"text": format_holidays(offered)}
    )
    context: dict[str, Any] = {"calendar": found, "asked": asked, "is_check": is_check, "outcome": False}
    context["years_ahead"] = YEARS_AHEAD
    fresh = form.submit(
        lambda: add_holidays(actor=actor, calendar=found, days=form.cleaned_data["lines"], dry_run=is_check)
    )
    if fresh is not None:
        if not is_check:
            messages.success(request, f"{len(fresh)} holidays added to {found}.")
            return redirect("billing:calendar", found.pk)
        context |= {"outcome": True, "fresh": fresh, "known": len(form.cleaned_data["lines"]) - len(fresh)}
    context["form"] = form
    context["present"] = load_holidays(newest.extra_holidays) if (newest := found.versions.last()) else []
    return render_form(request, "billing/settings/holidays.html", context)


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Every tier with its calendar and targets, which are edited in Django's admin."""
    tiers = matrix_for(actor_of(request))
    rows = [{"tier": tier, "promises": promises(tier)} for tier in tiers]
    return render(request, "billing/settings/matrix.html", {"rows": rows})
