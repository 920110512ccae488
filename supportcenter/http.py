"""Responses to requests from htmx or a plain browser."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from supportcenter.errors import STORAGE_FULL

Row = TypeVar("Row")
# How a formula begins, once full-width characters are replaced by plain ones: perhaps after blanks, control
# and format characters, and separators.
FORMULA = re.compile(r"[\s\x00-\x20\u00ad\u200b-\u200f\u2060\ufeff;,|]*[=+\-@|%\t\r]")


def is_fragment(request: HttpRequest) -> bool:
    """Return whether htmx requests part of a page, not a whole page as a boosted link does."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def posted(request: HttpRequest) -> QueryDict | None:
    """Return the data to bind a form to. An empty POST counts: its errors say what is missing."""
    return request.POST if request.method == "POST" else None


def status_for(request: HttpRequest, context: Mapping[str, Any]) -> int:
    """Return 422 if a form in the context was sent with errors, 507 if its files had no space, else 200.

    Filters are sent with GET: an invalid one is ignored, and the page is fine.
    """
    forms = [value for value in context.values() if isinstance(value, BaseForm) and value.errors]
    if request.method != "POST" or not forms:
        return 200
    is_full = any(form.has_error(name, STORAGE_FULL) for form in forms for name in form.errors)
    return 507 if is_full else 422


def render_form(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Render a page with a form, with status 422 if the form has errors."""
    return render(request, template, dict(context), status=status_for(request, context))


def search_text(request: HttpRequest, limit: int) -> str:
    """Return what was typed into a search field (``q``), as far as a query may hold it."""
    return request.GET.get("q", "").replace("\0", "")[:limit]


def fragment_or_page(
    request: HttpRequest,
    fragment: str,
    page: str,
    context: Mapping[str, Any],
    *,
    status: int | None = None,
) -> HttpResponse:
    """Render ``fragment`` for htmx and ``page``, which includes it, for any other request.

    Without ``status`` it is 422 if a form in the context was sent with errors.
    """
    template = fragment if is_fragment(request) else page
    status = status or status_for(request, context)
    response = render(request, template, dict(context), status=status)
    response.headers["Vary"] = "HX-Request"
    return response


def go_to(request: HttpRequest, to: str) -> HttpResponse:
    """Redirect the browser to ``to``, also if htmx made the request."""
    return HttpResponseClientRedirect(to) if is_fragment(request) else redirect(to)


def found_or_404(row: Row | None, message: str) -> Row:
    """Return the row, or raise ``Http404`` if there is none."""
    if row is None:
        raise Http404(message)
    return row


class _Line:
    """A file-like object that returns what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_download(file_name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Stream a CSV file. Escape text that a spreadsheet would run as a formula.

    All text is quoted: some spreadsheets split at other characters than the comma, and what follows one of
    them would be a cell of its own.
    """
    writer = csv.writer(_Line(), quoting=csv.QUOTE_NONNUMERIC)
    lines = (writer.writerow([_cell(value) for value in row]) for row in rows)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _cell(value: object) -> object:
    """Escape text that looks like a formula. Numbers stay as they are: they can be negative."""
    if value is None or isinstance(value, int | float | Decimal):
        return value
    text = str(value)
    return f"'{text}" if FORMULA.match(unicodedata.normalize("NFKC", text)) else text
