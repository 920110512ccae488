from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import Actor, actor_of
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.models.teams import Team
from tickets.settings.access import may_manage, team_for, teams_for
from tickets.settings.actions.teams import delete_team, save_team
from tickets.settings.forms import TeamForm


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """List all teams, and create one."""
    actor = actor_of(request)
    can_manage = may_manage(actor, to_change=request.method == "POST")
    form = TeamForm(posted(request))
    if _save(request, actor, form, None):
        return redirect("tickets:teams")
    context = {"teams": teams_for(actor), "form": form, "can_manage": can_manage}
    return render_form(request, "tickets/settings/teams.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a team."""
    actor = actor_of(request)
    found = team_for(actor, pk)
    form = TeamForm(posted(request), team=found)
    if _save(request, actor, form, found):
        return redirect("tickets:teams")
    context = {"team": found, "form": form}
    return render_form(request, "tickets/settings/team.html", context)


def _save(request: HttpRequest, actor: Actor, form: TeamForm, found: Team | None) -> bool:
    saved = submit(form, lambda: save_team(actor=actor, team=found, **form.cleaned_data))
    if saved:
        messages.success(request, f"Team {saved} saved.")
    return saved is not None


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a team."""
    actor = actor_of(request)
    found = team_for(actor, pk)
    delete_team(actor=actor, team=found)
    messages.success(request, f"Team {found} deleted. Its tickets keep their assignees.")
    return redirect("tickets:teams")
