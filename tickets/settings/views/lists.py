"""Products and reasons: one page for both."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import actor_of
from supportcenter.errors import RuleViolation
from supportcenter.http import posted
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
    if form.is_valid():
        try:
            made = add_choice(actor=actor, kind=LISTS[name], name=form.cleaned_data["name"])
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            messages.success(request, f"{made} can be chosen on new tickets.")
            return redirect(f"tickets:{name}")
    title, word = TITLES[name]
    rows = choices_for(actor, name)
    context = {"name": name, "title": title, "word": word, "rows": rows, "form": form, "manages": manages}
    return render(request, "tickets/desk/choices.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Rename or retire one entry."""
    actor = actor_of(request)
    found = choice_for(actor, name, pk)
    initial = {"name": found.name, "is_retired": found.is_retired}
    form = ChoiceChangeForm(posted(request), initial=initial)
    if form.is_valid():
        try:
            change_choice(actor=actor, choice=found, **form.cleaned_data)
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            messages.success(request, "Saved.")
            return redirect(f"tickets:{name}")
    context = {"name": name, "title": TITLES[name][0], "found": found, "form": form}
    return render(request, "tickets/desk/choice.html", context, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Move one entry a place up or, with ``down``, down."""
    actor = actor_of(request)
    move_choice(actor=actor, choice=choice_for(actor, name, pk), up="down" not in request.POST)
    return redirect(f"tickets:{name}")
