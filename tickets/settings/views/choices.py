"""Products and reasons, which share their pages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.actor import actor_of
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.settings.access import LISTS, choice_for, choices_for, may_manage
from tickets.settings.actions.choices import add_choice, change_choice, move_choice
from tickets.settings.forms import ChoiceChangeForm, ChoiceForm

TITLES = {"products": ("Products", "product"), "reasons": ("Reasons", "reason")}


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, name: str) -> HttpResponse:
    """List all products or reasons in order, and add one."""
    actor = actor_of(request)
    can_manage = may_manage(actor, to_change=request.method == "POST")
    form = ChoiceForm(posted(request))
    if added := submit(form, lambda: add_choice(actor=actor, kind=LISTS[name], **form.cleaned_data)):
        messages.success(request, f"{added} is available on new tickets.")
        return redirect(f"tickets:{name}")
    title, noun = TITLES[name]
    rows = choices_for(actor, name)
    context = {
        "name": name,
        "title": title,
        "noun": noun,
        "rows": rows,
        "form": form,
        "can_manage": can_manage,
    }
    return render_form(request, "tickets/settings/choices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Rename or retire a product or reason."""
    actor = actor_of(request)
    found = choice_for(actor, name, pk)
    initial = {"name": found.name, "is_retired": found.is_retired}
    form = ChoiceChangeForm(posted(request), initial=initial)
    if submit(form, lambda: change_choice(actor=actor, choice=found, **form.cleaned_data)):
        messages.success(request, f"{form.cleaned_data['name']} saved.")
        return redirect(f"tickets:{name}")
    context = {"name": name, "title": TITLES[name][0], "found": found, "form": form}
    return render_form(request, "tickets/settings/choice.html", context)


@require_POST
def move(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Move an entry up or, with ``down``, down by one place."""
    actor = actor_of(request)
    move_choice(actor=actor, choice=choice_for(actor, name, pk), up="down" not in request.POST)
    return redirect(f"tickets:{name}")
