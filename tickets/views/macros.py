"""Macros: the pages that keep them, and choosing one on a ticket."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.actor import Actor, actor_of
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.http import fragment_or_page, posted
from tickets.access import ticket_for
from tickets.actions.macros import delete_macro, filled, save_macro
from tickets.desk_access import macro_for, macros_for
from tickets.forms.macros import MacroForm
from tickets.models.macros import Macro
from tickets.placeholders import PLACEHOLDERS
from tickets.rendering import to_html


@require_safe
def macros(request: HttpRequest) -> HttpResponse:
    """All macros that one may use."""
    return render(request, "tickets/macros.html", {"macros": macros_for(actor_of(request))})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Create a macro."""
    actor = actor_of(request)
    macros_for(actor)
    return _edited(request, actor, None)


@require_http_methods(["GET", "HEAD", "POST"])
def macro(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a macro."""
    actor = actor_of(request)
    return _edited(request, actor, macro_for(actor, pk))


def _edited(request: HttpRequest, actor: Actor, found: Macro | None) -> HttpResponse:
    form = MacroForm(posted(request), macro=found)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_macro(actor=actor, macro=found, **form.cleaned_data)
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            messages.success(request, f"The macro “{saved.name}” is saved.")
            return redirect("tickets:macros")
    context = {"macro": found, "form": form, "placeholders": PLACEHOLDERS.items()}
    return render(request, "tickets/macro.html", context, status=422 if form.errors else 200)


@require_POST
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a macro away."""
    actor = actor_of(request)
    found = macro_for(actor, pk)
    delete_macro(actor=actor, macro=found)
    messages.success(request, f"The macro “{found.name}” is deleted.")
    return redirect("tickets:macros")


@require_safe
def choices(request: HttpRequest, reference: str) -> HttpResponse:
    """The macros that can be put into the composer of a ticket."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    words = request.GET.get("q", "").replace("\0", "")[:80].strip()
    context = {"ticket": ticket, "macros": macros_for(actor, words), "q": words}
    return fragment_or_page(request, "tickets/_macro_choices.html", "tickets/macro_choices.html", context)


@require_safe
def preview(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """A macro as it would be sent on this ticket; nothing is sent or changed."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    found = macro_for(actor, pk)
    text = filled(found, actor, ticket)
    context = {"ticket": ticket, "macro": found, "text": text, "html": to_html(text)}
    return fragment_or_page(request, "tickets/_macro_preview.html", "tickets/macro_preview.html", context)
