"""Colleagues to name in a note."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from tickets.access import colleagues_like
from tickets.mentions import handle_of


@require_safe
def like(request: HttpRequest) -> JsonResponse:
    """Colleagues to offer while @name is typed."""
    words = request.GET.get("q", "").replace("\0", "")[:80]
    found = colleagues_like(actor_of(request), words)
    return JsonResponse([{"handle": handle_of(each.email), "name": each.name} for each in found], safe=False)
