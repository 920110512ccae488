from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import Actor, actor_of
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.models.teams import Team
from tickets.settings.access import may_manage, team_for, teams_for
from tickets.settings.forms import TeamForm
from tickets.settings.teams import delete_team, save_team


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """All teams; and making one."""
    actor = actor_of(request)
    manages = may_manage(actor, to_change=request.method == "POST")
    form = TeamForm(posted(request))
    if _saved(request, actor, form, None):
        return redirect("tickets:teams")
    context = {"teams": teams_for(actor), "form": form, "manages": manages}
    return render_form(request, "tickets/settings/teams.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one team."""
    actor = actor_of(request)
    found = team_for(actor, pk)
    form = TeamForm(posted(request), team=found)
    if _saved(request, actor, form, found):
        return redirect("tickets:teams")
    context = {"team": found, "form": form}
    return render_form(request, "tickets/settings/team.html", context)


def _saved(request: HttpRequest, actor: Actor, form: TeamForm, found: Team | None) -> bool:
    saved = submit(form, lambda: save_team(actor=actor, team=found, **form.cleaned_data))
    if saved:
        messages.success(request, f"The team {saved} is saved.")
    return saved is not None


@require_POST
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a team."""
    actor = actor_of(request)
    found = team_for(actor, pk)
    delete_team(actor=actor, team=found)
    messages.success(request, f"The team {found} is deleted. Its tickets stay with whom they were.")
    return redirect("tickets:teams")
