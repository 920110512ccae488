"""Lists: pages by key, which cost the same at any depth; headings that sort; counts."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import IntegerField, Model, Q, QuerySet, Value
from django.http import QueryDict

PAGE_SIZE = 30
# Counting stops here: the number is for orientation.
MOST_COUNTED = 99
CURSORS = ("after", "before")
Rows = TypeVar("Rows", bound=QuerySet)


def read_id(text: str) -> int:
    """Return the id of a row as a cursor has it. Raises ``ValueError`` for anything else."""
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError(text)
    return number


def read_instant(text: str) -> datetime:
    """Return an instant in UTC as a cursor has it. Raises ``ValueError`` for anything else."""
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


# Labels and orders by their names in the address, where "-" means descending; the first is the default.
Orders = Mapping[str, tuple[str, Sort]]


@dataclass(frozen=True)
class Page:
    """Rows with the addresses of the pages before and after, empty where there is none."""

    rows: list[Any]
    previous_url: str
    next_url: str


def page_of(found: QuerySet, sort: Sort, query: QueryDict) -> Page:
    """Return the page of the found rows that the query's ``after`` or ``before`` names.

    A cursor that can't be read shows the first page.
    """
    side = "after" if "after" in query else "before"
    cursor = _read(sort, query.get(side, ""))
    backwards = cursor is not None and side == "before"
    rising = sort.descending == backwards
    if cursor:
        value, pk = cursor
        beyond_it = "gt" if rising else "lt"
        beyond = Q(**{f"{sort.key}__{beyond_it}": value}) | Q(**{sort.key: value, f"pk__{beyond_it}": pk})
        # The first bound says nothing new, but lets PostgreSQL begin in the index where the page begins.
        found = found.filter(beyond, **{f"{sort.key}__{beyond_it}e": value})
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
    """Return all rows in an order."""
    sign = "" if (not sort.descending if rising is None else rising) else "-"
    return found.order_by(f"{sign}{sort.key}", f"{sign}pk")


def _url(query: QueryDict, direction: str, sort: Sort, row: Model) -> str:
    value = getattr(row, sort.key)
    written = value.isoformat() if isinstance(value, datetime) else value
    return url_with(query, **{direction: f"{written}~{row.pk}"})


def url_with(query: QueryDict, **values: str) -> str:
    """Return the address of the same list with other values, from its first page unless they name another."""
    changed = query.copy()
    for name in CURSORS:
        changed.pop(name, None)
    for name, value in values.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def _read(sort: Sort, cursor: str) -> tuple[Any, Any] | None:
    value, _, pk = cursor.partition("~")
    try:
        return sort.read(value), sort.read_pk(pk)
    except ValueError:
        return None


@dataclass(frozen=True)
class Heading:
    """The heading of a column. One that sorts has a link and, if the rows are in its order, a direction."""

    name: str
    label: str
    url: str = ""
    direction: str = ""


def headings(labels: Mapping[str, str], orders: Orders, current: str, query: QueryDict) -> list[Heading]:
    """Return a heading for each label; those with an order of their name sort, or reverse that order."""
    return [_heading(name, label, orders, current, query) for name, label in labels.items()]


def _heading(name: str, label: str, orders: Orders, current: str, query: QueryDict) -> Heading:
    own = [order for order in orders if order.removeprefix("-") == name]
    if not own:
        return Heading(name, label)
    direction = "descending" if current.startswith("-") else "ascending"
    url = url_with(query, sort=own[1] if current == own[0] else own[0])
    return Heading(name, label, url, direction if current in own else "")


def counts_of(lists: Mapping[str, QuerySet]) -> dict[str, str]:
    """Count the rows of each list, no further than is shown; costs one query."""
    return CountStatement.of(lists).run() if lists else {}


@dataclass(frozen=True)
class CountStatement:
    """The statement that counts the rows of some lists. Kept, it saves Django from writing it again."""

    names: tuple[str, ...]
    sql: str
    parameters: tuple[Any, ...]

    @classmethod
    def of(cls, lists: Mapping[str, QuerySet]) -> "CountStatement":
        """Return the statement for the lists, of which there is at least one."""
        first, *others = [_first_few(rows, number) for number, rows in enumerate(lists.values())]
        try:
            sql, parameters = first.union(*others, all=True).query.sql_with_params()
        except EmptyResultSet:  # none of the conditions can be met
            sql, parameters = "", ()
        return cls(tuple(lists), sql, tuple(parameters))

    def run(self) -> dict[str, str]:
        """Return the number of rows of each list, in words."""
        counts: Counter[int] = Counter()
        if self.sql:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, self.parameters)
                counts.update(number for (number,) in cursor.fetchall())
        return {
            name: f"{MOST_COUNTED}+" if counts[number] > MOST_COUNTED else str(counts[number])
            for number, name in enumerate(self.names)
        }


def _first_few(rows: QuerySet, number: int) -> QuerySet:
    counted = rows.order_by().annotate(list=Value(number, output_field=IntegerField()))
    return counted.values("list")[: MOST_COUNTED + 1]
