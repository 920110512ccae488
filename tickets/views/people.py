"""Agents to mention in an internal note."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from supportcenter.combobox import Option, render_options
from supportcenter.http import search_text
from tickets.access import agents_matching
from tickets.mentions import handle_of


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Suggest agents while @name is typed."""
    found = agents_matching(actor_of(request), search_text(request, 80))
    handles = [
        (each.email if each.is_shared else handle_of(each.email), each.name)  # type: ignore[attr-defined]
        for each in found
    ]
    return render_options(request, [Option(f"{handle} ", name, f"@{handle}") for handle, name in handles])
