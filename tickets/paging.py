"""Paging by key: a page costs the same at any depth, and nothing is counted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 30
Rows = TypeVar("Rows", bound=QuerySet)


def read_id(text: str) -> int:
    """The number of a row, as cursors write it; ``ValueError`` for anything else."""
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError(text)
    return number


def read_instant(text: str) -> datetime:
    """An instant in UTC, as cursors write it; ``ValueError`` for anything else."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or instant.utcoffset():
        raise ValueError(text)
    return instant


@dataclass(frozen=True)
class Sort:
    """An order of rows: by a field or annotation, then by id; the readers parse the two in a cursor."""

    key: str
    descending: bool = False
    read: Callable[[str], Any] = read_instant
    read_pk: Callable[[str], Any] = read_id

    def reversed(self) -> "Sort":
        return replace(self, descending=not self.descending)


@dataclass(frozen=True)
class Page:
    """Rows with the addresses of the pages before and after, empty where there is none."""

    rows: list[Any]
    previous_url: str
    next_url: str


def page_of(found: QuerySet, sort: Sort, query: QueryDict) -> Page:
    """The page of what was ``found`` that the query's ``after`` or ``before`` names.

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
        found = found.filter(beyond, **{f"{sort.key}__{side}e": value})
    rows = list(ordered(found, sort, rising=rising)[: PAGE_SIZE + 1])
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


def ordered(found: Rows, sort: Sort, *, rising: bool | None = None) -> Rows:
    """All rows in an order."""
    sign = "" if (not sort.descending if rising is None else rising) else "-"
    return found.order_by(f"{sign}{sort.key}", f"{sign}pk")


def _url(query: QueryDict, direction: str, sort: Sort, row: Model) -> str:
    parameters = query.copy()
    for name in ("before", "after"):
        parameters.pop(name, None)
    value = getattr(row, sort.key)
    written = value.isoformat() if isinstance(value, datetime) else value
    parameters[direction] = f"{written}~{row.pk}"
    return f"?{parameters.urlencode()}"


def _read(sort: Sort, cursor: str) -> tuple[Any, Any] | None:
    value, _, pk = cursor.partition("~")
    try:
        return sort.read(value), sort.read_pk(pk)
    except ValueError:
        return None
