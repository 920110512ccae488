from datetime import time

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.access import preferences_of, what_stops
from notifications.actions.preferences import change_preferences, stop
from notifications.forms import CHOSEN, PreferencesForm
from notifications.unsubscribe import stop_from
from orgs.actor import actor_of
from supportcenter.http import posted, render_form
from tickets.access import follows_of, muted_by

NINE = time(9)


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """When and about what the signed-in person gets mail."""
    actor = actor_of(request)
    known = preferences_of(actor)
    off = known.off_reasons if known else []
    present = {
        "rhythm": known.rhythm if known else "at_once",
        "daily_at": known.daily_at if known else NINE,
        "quiet_from": known.quiet_from if known else None,
        "quiet_until": known.quiet_until if known else None,
        "reasons": [reason for reason, _ in CHOSEN if reason not in off],
    }
    form = PreferencesForm(posted(request), is_staff=actor.is_staff, initial=present)
    if request.method == "POST" and form.is_valid():
        wanted = dict(form.cleaned_data)
        on = wanted.pop("reasons")
        wanted["daily_at"] = wanted["daily_at"] or present["daily_at"]
        wanted["off_reasons"] = [reason for reason, _ in CHOSEN if reason not in on]
        change_preferences(user=actor.person, **wanted)
        messages.success(request, "Your mail preferences are saved.")
        return redirect("notifications:preferences")
    context = {"form": form, "follows": follows_of(actor), "muted": muted_by(actor)}
    return render_form(request, "notifications/preferences.html", context)


@csrf_exempt  # mail programs send the POST of RFC 8058 by themselves; the signed link is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the rule that sent a mail. GET asks, POST does it, also sent by a mail program with one click."""
    what = stop_from(token)
    if what is None:
        raise Http404("No such link")
    words = what_stops(what)
    if request.method == "POST":
        stop(what=what)
    context = {"words": words, "is_done": request.method == "POST"}
    response = render(request, "notifications/stop.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
