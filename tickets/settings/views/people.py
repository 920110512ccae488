from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from orgs.actor import actor_of
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.models.teams import Availability, absence_of
from tickets.settings.access import availability_for, staff_for
from tickets.settings.forms import AvailabilityForm
from tickets.settings.teams import set_availability


@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """All agents: when they work, whether they are there now, and in which teams."""
    now = timezone.now()
    rows = [{"person": each, "absence": absence_of(each.user, now)} for each in staff_for(actor_of(request))]
    return render(request, "tickets/settings/staff.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: HttpRequest, user_id: int) -> HttpResponse:
    """Working hours and days out of office of one agent."""
    actor = actor_of(request)
    person, found = availability_for(actor, user_id)
    form = AvailabilityForm(posted(request), availability=found)

    def save() -> Availability:
        values = {name: form.cleaned_data[name] for name in ("week", "away_from", "away_until", "away_note")}
        return set_availability(actor=actor, user=person, **values)

    if submit(form, save):
        messages.success(request, "Saved. Colleagues see it where they assign tickets.")
        return redirect("tickets:staff")
    context = {"person": person, "form": form}
    return render_form(request, "tickets/settings/availability.html", context)
