from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from orgs.actions.people import change_profile
from orgs.actor import actor_of
from orgs.forms import ProfileForm
from supportcenter.http import posted


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and time zone of the signed-in person."""
    user = actor_of(request).person
    form = ProfileForm(posted(request), initial={"name": user.name, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        change_profile(user=user, **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return redirect("orgs:profile")
    return render(request, "orgs/profile.html", {"form": form}, status=422 if form.errors else 200)
