"""Finding things by typing: what can be typed next in a search, and the command palette."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from orgs.context import site
from orgs.roles import Capability
from supportcenter.http import fragment_or_page
from tickets.search.completion import suggestions as suggestions_for
from tickets.views.palette import entries_for

MOST_LETTERS = 200


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Operators and values that fit what an agent has typed so far; a fragment."""
    if not actor_of(request).can(Capability.WORK_QUEUE):
        raise PermissionDenied
    found = suggestions_for(_typed(request))
    return render(request, "tickets/_suggestions.html", {"suggestions": found})


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """Pages, tickets and actions that fit what is typed."""
    frame = site(request)
    entries = entries_for(
        actor_of(request),
        _typed(request),
        here=request.htmx.current_url_abs_path or "/",  # type: ignore[attr-defined]
        navigation=frame["nav"],
        organization=frame["organization"],
    )
    context = {"entries": entries, "typed": _typed(request)}
    return fragment_or_page(request, "tickets/_palette_entries.html", "tickets/palette.html", context)


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "")[:MOST_LETTERS]
