"""What every response carries, and the reader's time zone."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from structlog.contextvars import get_contextvars

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = ", ".join(
    f"{name}=()" for name in ("camera", "geolocation", "microphone", "payment", "usb")
)


def request_id() -> str:
    """The id of the present request, or of the request that led to the present job; at most 64 characters.

    A client or proxy may bring its own in ``X-Request-ID``, so it is cut and nothing is built on it.
    """
    return str(get_contextvars().get("request_id", ""))[:64]


class ResponseHeaders:
    """Headers that no other middleware sets, on every response, errors and fragments included.

    Pages of signed-in people are never kept by a cache: they hold tickets.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-ID"] = request_id()
        return response


class ReaderTimeZone:
    """Show times in the zone that the signed-in person chose."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(zoneinfo.ZoneInfo(request.user.time_zone)):
            return self.get_response(request)
