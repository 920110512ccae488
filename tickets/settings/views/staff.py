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
from tickets.settings.actions.availability import set_availability
from tickets.settings.forms import AvailabilityForm


@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """List all agents with their working hours, absence and teams."""
    now = timezone.now()
    rows = [{"person": each, "absence": absence_of(each.user, now)} for each in staff_for(actor_of(request))]
    return render(request, "tickets/settings/staff.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: HttpRequest, user_id: int) -> HttpResponse:
    """Edit the working hours and days out of office of an agent."""
    actor = actor_of(request)
    person, found = availability_for(actor, user_id)
    form = AvailabilityForm(posted(request), availability=found)

    def save() -> Availability:
        values = {name: form.cleaned_data[name] for name in ("week", "away_from", "away_until", "away_note")}
        return set_availability(actor=actor, user=person, **values)

    if submit(form, save):
        messages.success(
            request, f"Availability of {person.name} saved. Colleagues see it when they assign tickets."
        )
        return redirect("tickets:staff")
    context = {"person": person, "form": form}
    return render_form(request, "tickets/settings/availability.html", context)
