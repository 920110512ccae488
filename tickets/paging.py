"""Paging by key: a page costs the same at any depth, and nothing is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from tickets.models import Ticket
from tickets.querysets import TicketQuerySet

PAGE_SIZE = 30


def read_instant(text: str) -> datetime:
    """An instant in UTC, as cursors write it; ``ValueError`` for anything else."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or instant.utcoffset():
        raise ValueError(text)
    return instant


@dataclass(frozen=True)
class Sort:
    """An order of tickets: by a field or annotation, then by id. ``read`` parses the field in a cursor."""

    key: str
    descending: bool = False
    read: Callable[[str], Any] = read_instant

    def reversed(self) -> "Sort":
        return Sort(self.key, not self.descending, self.read)


@dataclass(frozen=True)
class Page:
    """Rows with the addresses of the pages before and after, empty where there is none."""

    rows: list[Ticket]
    previous_url: str
    next_url: str


def page_of(tickets: TicketQuerySet, sort: Sort, query: QueryDict) -> Page:
    """The page of ``tickets`` that the query's ``after`` or ``before`` names.

    A cursor that cannot be read shows the first page.
    """
    backwards = "before" in query and "after" not in query
    cursor = _read(sort, query.get("before" if backwards else "after", ""))
    rising = sort.descending == backwards
    if cursor:
        value, pk = cursor
        side = "gt" if rising else "lt"
        beyond = Q(**{f"{sort.key}__{side}": value}) | Q(**{sort.key: value, f"pk__{side}": pk})
        # The first bound says nothing new, but lets PostgreSQL begin in the index where the page begins.
        tickets = tickets.filter(beyond, **{f"{sort.key}__{side}e": value})
    rows = list(ordered(tickets, sort, rising=rising)[: PAGE_SIZE + 1])
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more or backwards)
    has_previous = bool(rows) and (more if backwards else bool(cursor))
    return Page(
        rows,
        _url(query, "before", sort, rows[0]) if has_previous else "",
        _url(query, "after", sort, rows[-1]) if has_next else "",
    )


def ordered(tickets: TicketQuerySet, sort: Sort, *, rising: bool | None = None) -> TicketQuerySet:
    """All tickets in an order."""
    sign = "" if (not sort.descending if rising is None else rising) else "-"
    return tickets.order_by(f"{sign}{sort.key}", f"{sign}pk")


def _url(query: QueryDict, direction: str, sort: Sort, row: Ticket) -> str:
    parameters = query.copy()
    for name in ("before", "after"):
        parameters.pop(name, None)
    value = getattr(row, sort.key)
    written = value.isoformat() if isinstance(value, datetime) else value
    parameters[direction] = f"{written}~{row.pk}"
    return f"?{parameters.urlencode()}"


def _read(sort: Sort, cursor: str) -> tuple[Any, int] | None:
    value, _, pk = cursor.partition("~")
    try:
        found = sort.read(value), int(pk)
    except ValueError:
        return None
    return found if 0 < found[1] < 2**63 else None
