"""How often a person, and an organization, can write, upload and search in a minute.

The limits are far above normal use. They stop a script from filling the queue or slowing the site.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from orgs.actor import actor_of
from supportcenter.http import is_fragment
from supportcenter.middleware import GetResponse
from supportcenter.optional_cache import unless_down

SECONDS = 60
# Shorter values of a form are chosen, not typed, so they need not be shown again.
TYPED = 20


@dataclass(frozen=True)
class Limit:
    """Requests a minute: of a person, and of all members of an organization together."""

    per_person: int
    per_organization: int


WRITING = Limit(per_person=30, per_organization=200)
TYPING = Limit(per_person=180, per_organization=2_000)
POSTS = {
    "orgs:members": WRITING,
    "orgs:invitation_renewal": WRITING,
    "tickets:comments": WRITING,
    "tickets:draft": TYPING,
    "tickets:escalation": WRITING,
    "tickets:new": WRITING,
    "tickets:participants": WRITING,
    "tickets:preview": TYPING,
    "tickets:uploads": TYPING,
}
# Only with something to search for.
SEARCHES = {
    "orgs:people": TYPING,
    "tickets:list": TYPING,
    "tickets:palette": TYPING,
    "tickets:queue": TYPING,
    "tickets:search": TYPING,
    "tickets:similar": TYPING,
    "tickets:suggestions": TYPING,
}


class RateLimits:
    """Answer 429 with ``Retry-After`` when a limit is exceeded; what was typed is shown again."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        searches = SEARCHES if request.GET.get("q") or request.GET.get("subject") else {}
        limit = (POSTS if request.method == "POST" else searches).get(name)
        if limit is None or not settings.RATE_LIMITS or not request.user.is_authenticated:
            return None
        counted = {f"person:{request.user.pk}": limit.per_person}
        for organization in actor_of(request).roles:
            counted[f"organization:{organization}"] = limit.per_organization
        if all(unless_down(partial(_count, f"{name}:{who}"), 0) <= most for who, most in counted.items()):
            return None
        return _too_many(request)


def _count(what: str) -> int:
    """Count a request and return how many there were in this minute."""
    key = f"limit:{what}:{int(time.time()) // SECONDS}"
    cache.add(key, 0, 2 * SECONDS)
    return cache.incr(key)


def _too_many(request: HttpRequest) -> HttpResponse:
    headers = {"Retry-After": str(SECONDS - int(time.time()) % SECONDS)}
    if is_fragment(request):
        return HttpResponse(status=429, headers=headers)
    texts = [text for values in request.POST.lists() for text in values[1] if len(text) >= TYPED]
    texts = [text for text in texts if text != request.POST.get("csrfmiddlewaretoken")]
    return HttpResponse(render_to_string("429.html", {"texts": texts}), status=429, headers=headers)
