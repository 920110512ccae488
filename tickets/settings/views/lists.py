"""Products and reasons: one page for both."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import actor_of
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.settings.access import LISTS, choice_for, choices_for, may_manage
from tickets.settings.forms import ChoiceChangeForm, ChoiceForm
from tickets.settings.lists import add_choice, change_choice, move_choice

TITLES = {"products": ("Products", "product"), "reasons": ("Reasons", "reason")}


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, name: str) -> HttpResponse:
    """All entries of a list in their order; and adding one."""
    actor = actor_of(request)
    manages = may_manage(actor, to_change=request.method == "POST")
    form = ChoiceForm(posted(request))
    if made := submit(form, lambda: add_choice(actor=actor, kind=LISTS[name], **form.cleaned_data)):
        messages.success(request, f"{made} can be chosen on new tickets.")
        return redirect(f"tickets:{name}")
    title, word = TITLES[name]
    rows = choices_for(actor, name)
    context = {"name": name, "title": title, "word": word, "rows": rows, "form": form, "manages": manages}
    return render_form(request, "tickets/settings/choices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Rename or retire one entry."""
    actor = actor_of(request)
    found = choice_for(actor, name, pk)
    initial = {"name": found.name, "is_retired": found.is_retired}
    form = ChoiceChangeForm(posted(request), initial=initial)
    if submit(form, lambda: change_choice(actor=actor, choice=found, **form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect(f"tickets:{name}")
    context = {"name": name, "title": TITLES[name][0], "found": found, "form": form}
    return render_form(request, "tickets/settings/choice.html", context)


@require_POST
def move(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Move one entry a place up or, with ``down``, down."""
    actor = actor_of(request)
    move_choice(actor=actor, choice=choice_for(actor, name, pk), up="down" not in request.POST)
    return redirect(f"tickets:{name}")
