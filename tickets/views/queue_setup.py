"""How agents set up the queue: saved views, columns and density."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import actor_of
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.access import saved_view_for
from tickets.actions.queue import change_view, delete_view, save_queue_preferences, save_view
from tickets.forms.queue import QueuePreferencesForm, SavedViewForm
from tickets.permissions import may_change_view
from tickets.queue import workspace_for


@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: HttpRequest) -> HttpResponse:
    """List the saved views, and save a new one. The address can bring its filter and order."""
    actor = actor_of(request)
    workspace = workspace_for(actor)
    form = SavedViewForm(posted(request), actor=actor, address=request.GET)
    if view := submit(form, lambda: save_view(actor=actor, **form.cleaned_data)):
        messages.success(request, f"View “{view}” saved.")
        return redirect(view)
    saved = [each for each in workspace.views if each.saved]
    context = {
        "form": form,
        "mine": [each for each in saved if each.saved and may_change_view(actor, each.saved)],
        "others": [each for each in saved if each.saved and not may_change_view(actor, each.saved)],
    }
    return render_form(request, "tickets/saved_views.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def saved_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a view. The address can bring another filter and order."""
    actor = actor_of(request)
    view = saved_view_for(actor, pk)
    form = SavedViewForm(posted(request), actor=actor, view=view, address=request.GET)
    if submit(form, lambda: change_view(actor=actor, view=view, **form.cleaned_data)):
        messages.success(request, f"View “{view}” saved.")
        return redirect(view)
    return render_form(request, "tickets/saved_view.html", {"view": view, "form": form})


@require_POST
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a saved view."""
    actor = actor_of(request)
    view = saved_view_for(actor, pk)
    delete_view(actor=actor, view=view)
    messages.success(request, f"View “{view}” deleted.")
    return redirect("tickets:saved_views")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Columns and density of the queue."""
    actor = actor_of(request)
    workspace = workspace_for(actor)
    initial = {"columns": workspace.default_columns, "density": workspace.preferences.density}
    form = QueuePreferencesForm(posted(request), initial=initial)
    if submit(form, lambda: save_queue_preferences(actor=actor, **form.cleaned_data)):
        messages.success(request, "Queue preferences saved.")
        return redirect("tickets:queue")
    return render_form(request, "tickets/queue_preferences.html", {"form": form})
