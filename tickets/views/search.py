"""Suggestions while a search is typed, and the command palette."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from orgs.context import Frame
from orgs.roles import Capability
from supportcenter.combobox import render_options
from supportcenter.http import fragment_or_page, search_text
from tickets.search.completion import suggestions as suggestions_for
from tickets.views.palette import entries_for

MOST_LETTERS = 200


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Suggest operators and values for what an agent has typed so far; a fragment."""
    if not actor_of(request).can(Capability.WORK_QUEUE):
        raise PermissionDenied
    return render_options(request, suggestions_for(search_text(request, MOST_LETTERS)))


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """List the pages, tickets and actions that fit what is typed."""
    frame, typed = Frame(request), search_text(request, MOST_LETTERS)
    entries = entries_for(
        actor_of(request),
        typed,
        here=request.htmx.current_url_abs_path or "/",  # type: ignore[attr-defined]
        navigation=frame.navigation,
        organization=frame.organization,
    )
    context = {"entries": entries, "typed": typed}
    return fragment_or_page(request, "tickets/_palette_entries.html", "tickets/palette.html", context)
