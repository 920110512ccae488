from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.actor import Actor, actor_of
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.access import macro_for, macros_for
from tickets.actions.macros import PLACEHOLDERS
from tickets.models.macros import Macro
from tickets.settings.actions.macros import delete_macro, save_macro
from tickets.settings.forms import MacroForm


@require_safe
def macros(request: HttpRequest) -> HttpResponse:
    """List the macros that the agent may use."""
    return render(request, "tickets/settings/macros.html", {"macros": macros_for(actor_of(request))})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Create a macro."""
    actor = actor_of(request)
    macros_for(actor)
    return _edit_page(request, actor, None)


@require_http_methods(["GET", "HEAD", "POST"])
def macro(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a macro."""
    actor = actor_of(request)
    return _edit_page(request, actor, macro_for(actor, pk))


def _edit_page(request: HttpRequest, actor: Actor, found: Macro | None) -> HttpResponse:
    form = MacroForm(posted(request), macro=found)
    if saved := submit(form, lambda: save_macro(actor=actor, macro=found, **form.cleaned_data)):
        messages.success(request, f"Macro “{saved.name}” saved.")
        return redirect("tickets:macros")
    context = {"macro": found, "form": form, "placeholders": PLACEHOLDERS.items()}
    return render_form(request, "tickets/settings/macro.html", context)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a macro."""
    actor = actor_of(request)
    found = macro_for(actor, pk)
    delete_macro(actor=actor, macro=found)
    messages.success(request, f"Macro “{found.name}” deleted.")
    return redirect("tickets:macros")
