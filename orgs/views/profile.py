from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from orgs.actions.people import change_profile
from orgs.actor import actor_of
from orgs.forms import ProfileForm
from supportcenter.http import posted, render_form
from supportcenter.rules import submit


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Change the signed-in user's name and time zone."""
    user = actor_of(request).person
    form = ProfileForm(posted(request), initial={"name": user.name, "time_zone": user.time_zone})
    if submit(form, lambda: change_profile(user=user, **form.cleaned_data)):
        messages.success(request, "Profile saved.")
        return redirect("orgs:profile")
    return render_form(request, "orgs/profile.html", {"form": form})
