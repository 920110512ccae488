"""A limit for what a page may ask of the database, and the answer when it is reached."""

from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from psycopg.errors import QueryCanceled

logger = structlog.get_logger(__name__)


def limit_statements(database: dict[str, Any], seconds: int) -> None:
    """Let PostgreSQL cancel statements of new connections after some seconds; 0 is no limit."""
    options = database.setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()


class TimeoutPage:
    """Answer 503 if PostgreSQL canceled a statement of the page because it took too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception.__cause__, QueryCanceled):
            return None
        logger.error("statement_timeout", exc_info=exception)
        return HttpResponse(render_to_string("503.html"), status=503)
