"""Paging by key: a page costs the same at any depth, and nothing is counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from tickets.models import Ticket
from tickets.querysets import TicketQuerySet

PAGE_SIZE = 30


@dataclass(frozen=True)
class Page:
    """Rows with the addresses of the pages before and after, empty where there is none."""

    rows: list[Ticket]
    previous_url: str
    next_url: str


def page_of(tickets: TicketQuerySet, key: str, query: QueryDict, *, descending: bool = False) -> Page:
    """The page of ``tickets``, sorted by ``key`` and id, that the query's ``after`` or ``before`` names.

    A cursor that cannot be read shows the first page.
    """
    backwards = "before" in query and "after" not in query
    cursor = _read(query.get("before" if backwards else "after", ""))
    rising = descending == backwards
    if cursor:
        at, pk = cursor
        side = "gt" if rising else "lt"
        tickets = tickets.filter(Q(**{f"{key}__{side}": at}) | Q(**{key: at, f"pk__{side}": pk}))
    sign = "" if rising else "-"
    rows = list(tickets.order_by(f"{sign}{key}", f"{sign}pk")[: PAGE_SIZE + 1])
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more or backwards)
    has_previous = bool(rows) and (more if backwards else bool(cursor))
    return Page(
        rows,
        _url(query, "before", rows[0], key) if has_previous else "",
        _url(query, "after", rows[-1], key) if has_next else "",
    )


def _url(query: QueryDict, direction: str, row: Any, key: str) -> str:
    parameters = query.copy()
    for name in ("before", "after"):
        parameters.pop(name, None)
    parameters[direction] = f"{getattr(row, key).isoformat()}~{row.pk}"
    return f"?{parameters.urlencode()}"


def _read(cursor: str) -> tuple[datetime, int] | None:
    at, _, pk = cursor.partition("~")
    try:
        instant, number = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
    is_utc = instant.tzinfo is not None and not instant.utcoffset()
    return (instant, number) if is_utc and 0 < number < 2**63 else None
