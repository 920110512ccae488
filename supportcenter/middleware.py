"""What every response carries, and the reader's time zone."""

import zoneinfo
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from structlog.contextvars import bind_contextvars, get_contextvars

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = ", ".join(
    f"{name}=()" for name in ("camera", "geolocation", "microphone", "payment", "usb")
)


def request_id() -> str:
    """The id of the present request, or of the request that led to the present job."""
    return str(get_contextvars().get("request_id", ""))


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


class RequestSize:
    """Refuse a request that says it is too large, before anything of it is read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.MAX_REQUEST_MB * 1024 * 1024:
            return too_large(request)
        return self.get_response(request)


def too_large(request: HttpRequest) -> HttpResponse:
    """The page for a request or an upload over the limits."""
    context = {
        "request_id": request_id(),
        "max_file_mb": settings.MAX_FILE_MB,
        "max_request_mb": settings.MAX_REQUEST_MB,
    }
    return HttpResponse(render_to_string("413.html", context), status=413)


def own_referer(request: HttpRequest) -> str:
    """Return the path of the page that sent the request, or "/" if it is not one of ours."""
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.netloc == request.get_host() else "/"


class LoginRequired(LoginRequiredMiddleware):
    """Sign-in is required by default. Open pages are let through before the database is asked who it is."""

    def process_view(
        self, request: HttpRequest, view: Callable, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        return super().process_view(request, view, args, kwargs)

    def handle_no_permission(self, request: HttpRequest, view: Callable) -> HttpResponseRedirect:
        """To the login page, and from there back to the page that was open, also when it sent a form."""
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view)
        return redirect_to_login(own_referer(request))


class MethodPage:
    """A page instead of nothing for an address that does not take what the browser sent."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = HttpResponse(render_to_string("405.html", {"request_id": request_id()}), status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class ReaderTimeZone:
    """Show times in the zone that the signed-in person chose, and log who it is.

    Pages that need no sign-in do without, so that the probes ask nothing of the database.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> None:
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            bind_contextvars(user_id=request.user.pk)
            timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
