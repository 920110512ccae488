"""Probes, error pages and help pages."""

import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe
from psycopg.errors import QueryCanceled

from notifications import claims
from notifications.metrics import exposition
from notifications.models.messages import EmailMessage
from supportcenter.errors import is_full_disk
from supportcenter.middleware import too_large
from supportcenter.outbox.tasks import HEARTBEAT_KEY

# Beat has each worker report at least every ten seconds. After three missed reports it counts as down.
HEARTBEAT_SECONDS = 45


@require_safe
def help_index(request: HttpRequest) -> HttpResponse:
    """Show the help page."""
    return render(request, "help/index.html")


@require_safe
def help_har(request: HttpRequest) -> HttpResponse:
    """Explain how to record a HAR file and remove sensitive data from it."""
    return render(request, "help/har.html")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200: this process is alive."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Return 200 if the database, the broker and all workers respond, else 503 with the failed checks."""
    checks = {"database": _check(_database), "broker": _check(_broker)}
    for name in ("worker", *claims.LOCKS):
        # A broker that hangs is asked once.
        checks[name] = _check(partial(_worker, name)) if checks["broker"] == "ok" else "unknown"
    ok = all(value == "ok" for value in checks.values())
    oldest = EmailMessage.objects.oldest_delayed_since() if checks["database"] == "ok" else None
    age = round((timezone.now() - oldest).total_seconds()) if oldest else 0
    return JsonResponse(checks | {"oldest_waiting_mail_seconds": age}, status=200 if ok else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return metrics for Prometheus."""
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _check(probe: Callable[[], str]) -> str:
    try:
        return probe()
    except Exception as error:  # noqa: BLE001 - any failure of a dependency is the finding
        return f"down ({type(error).__name__})"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _broker() -> str:
    cache.set("readyz", "ok", timeout=5)
    return cache.get("readyz") or "down"


def _worker(name: str) -> str:
    """Return "ok" if a worker has reported lately, or is still sending: a mail server may take minutes."""
    beat = cache.get(HEARTBEAT_KEY.format(name))
    age = (timezone.now() - datetime.fromisoformat(beat)).total_seconds() if beat else None
    if age is not None and age < HEARTBEAT_SECONDS:
        return "ok"
    if name in claims.LOCKS and claims.living(name):
        return "ok"
    return "no heartbeat" if age is None else f"last heartbeat {round(age)} s ago"


def _error(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return too_large(request)
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Reject a form whose CSRF token has expired or is from another site."""
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Render the error page from the template alone, so that the same fault cannot break it.

    Django calls it while the exception is handled. What passes by itself is 503: a statement that took too
    long, a full disk. The rest is a defect of ours.
    """
    error = sys.exception()
    if error and isinstance(error.__cause__, QueryCanceled):
        return HttpResponse(render_to_string("503.html"), status=503)
    if is_full_disk(error):
        return HttpResponse(render_to_string("errors/outage.html"), status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html"), status=500)
