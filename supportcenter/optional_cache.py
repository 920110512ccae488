"""The cache, for what pages can do without: who else is on a ticket, how often someone searched.

A Valkey that hangs costs a second each time it is asked. After a failure it is therefore not asked for a
while, so that only one request in ten seconds waits for it. Signing in can't do without: its attempts must be
counted. It fails at once then, so that people who try again don't hold up the pages of others.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from redis.exceptions import RedisError

Found = TypeVar("Found")

PAUSE_SECONDS = 10
logger = structlog.get_logger(__name__)
_asks_again_at = 0.0


def unless_down(use: Callable[[], Found], otherwise: Found) -> Found:
    """Return what ``use`` returns, or ``otherwise`` if the cache fails or has just failed in this process."""
    if _is_down():
        return otherwise
    try:
        return use()
    except RedisError as error:
        _pause(error)
        return otherwise


def _is_down() -> bool:
    return time.monotonic() < _asks_again_at


def _pause(error: RedisError) -> None:
    global _asks_again_at  # noqa: PLW0603 - one state for the process
    _asks_again_at = time.monotonic() + PAUSE_SECONDS
    logger.warning("cache_down", error=str(error))


class SignInOutage:
    """Answer 503 with the reason if the cache is down where signing in needs it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        counts_attempts = name.startswith("account_") and name != "account_logout"
        return _sign_in_outage() if request.method == "POST" and counts_attempts and _is_down() else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RedisError):
            return None
        _pause(exception)
        return _sign_in_outage()


def _sign_in_outage() -> HttpResponse:
    page = render_to_string("errors/sign_in_outage.html")
    return HttpResponse(page, status=503, headers={"Retry-After": "30"})
