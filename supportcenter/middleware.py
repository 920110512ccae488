"""Response headers, request limits, sign-in and the user's time zone."""

import zoneinfo
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

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
    """Return the id of the current request, or of the request that started the current job."""
    return str(get_contextvars().get("request_id", ""))


class ResponseHeaders:
    """Set the headers that no other middleware sets, on every response including errors and fragments.

    No page is cached, because pages of signed-in users contain tickets.
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
    """Reject a request whose Content-Length is too large, before reading its body."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.MAX_REQUEST_MB * 1024 * 1024:
            return too_large(request)
        return self.get_response(request)


def too_large(request: HttpRequest) -> HttpResponse:
    """Return the error page for a request or upload over the limits."""
    context = {"max_file_mb": settings.MAX_FILE_MB, "max_request_mb": settings.MAX_REQUEST_MB}
    return HttpResponse(render_to_string("413.html", context), status=413)


def own_referer(request: HttpRequest) -> str:
    """Return path and query of the page that sent the request, or "/" if it is not one of ours."""
    page = urlsplit(request.headers.get("Referer", ""))
    return urlunsplit(("", "", page.path, page.query, "")) if page.netloc == request.get_host() else "/"


class LoginRequired(LoginRequiredMiddleware):
    """Require sign-in by default. Public pages pass before the database is queried for the user."""

    def process_view(
        self, request: HttpRequest, view: Callable, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        return super().process_view(request, view, args, kwargs)

    def handle_no_permission(self, request: HttpRequest, view: Callable) -> HttpResponseRedirect:
        """Redirect to the login page, and from there back to the open page, also if it submitted a form."""
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view)
        return redirect_to_login(own_referer(request))


class MethodPage:
    """Show a page instead of an empty response if a URL does not allow the request method."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = HttpResponse(render_to_string("405.html"), status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class ReaderTimeZone:
    """Show times in the signed-in user's time zone, and log the user's id.

    Pages that need no sign-in are skipped, so that probes do not query the database.
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
