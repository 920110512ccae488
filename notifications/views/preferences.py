from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.access import describe_unsubscription, preferences_of
from notifications.actions.preferences import change_preferences, unsubscribe
from notifications.forms import REASON_CHOICES, PreferencesForm
from notifications.unsubscribe import unsubscription_from
from orgs.actor import actor_of
from supportcenter.http import found_or_404, posted, render_form
from tickets.access import follows_of, muted_by


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show or change when and about what the signed-in person gets mail."""
    actor = actor_of(request)
    current = preferences_of(actor)
    initial = {
        "frequency": current.frequency,
        "daily_at": current.daily_at,
        "quiet_from": current.quiet_from,
        "quiet_until": current.quiet_until,
        "reasons": [reason for reason, _ in REASON_CHOICES if reason not in current.off_reasons],
    }
    form = PreferencesForm(posted(request), is_staff=actor.is_staff, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        on = values.pop("reasons")
        values["daily_at"] = values["daily_at"] or current.daily_at
        values["off_reasons"] = [reason for reason, _ in REASON_CHOICES if reason not in on]
        change_preferences(user=actor.person, **values)
        messages.success(request, "Mail preferences saved.")
        return redirect("notifications:preferences")
    context = {"form": form, "follows": follows_of(actor), "muted": muted_by(actor)}
    return render_form(request, "notifications/preferences.html", context)


@csrf_exempt  # mail programs send the POST of RFC 8058 by themselves; the signed link is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe by the link in a mail: GET asks, POST does it, also from a mail program with one click."""
    what = found_or_404(unsubscription_from(token), "No such link")
    words = describe_unsubscription(what)
    if request.method == "POST":
        unsubscribe(what=what)
    context = {"words": words, "is_done": request.method == "POST"}
    response = render(request, "notifications/unsubscribe.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
