"""The short lists of names that a page shows or offers, all read by one query."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import CharField, F, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from orgs.actor import Actor
from tickets.access import macros_for, products, reasons, teams
from tickets.models.ticket import Ticket


@dataclass(frozen=True)
class Option:
    """A row by its id or code and its name; ``more`` is what else its list shows."""

    key: str
    name: str
    more: str = ""


Lists = Mapping[str, list[Option]]


def lists_of_queue(actor: Actor) -> Lists:
    """Return the teams, products (by code) and macros that the queue offers."""
    return _read(
        {
            "teams": _named(teams()),
            "products": _named(products(), key="code", place="position"),
            "macros": _named(macros_for(actor)),
        }
    )


def lists_of_ticket(ticket: Ticket, *, for_agent: bool) -> Lists:
    """Return the names of the projects and services of a ticket, and what agents see and can choose.

    Services have their project as ``more``, teams their assignment rule.
    """
    lists = {
        "projects": _named(ticket.projects.all()),
        "services": _named(ticket.services.all(), more="project__name"),
    }
    if for_agent:
        lists |= {
            "tags": _named(ticket.tags.all()),
            "teams": _named(teams(), more="assignment_rule"),
            "products": _named(products(besides=ticket), place="position"),
            "reasons": _named(reasons(besides=ticket), place="position"),
        }
    return _read(lists)


def _named(rows: QuerySet, *, key: str = "pk", more: str = "", place: str = "") -> QuerySet:
    text = CharField()
    return rows.order_by().annotate(
        key=Cast(key, TextField()),
        words=F("name"),
        more=F(more) if more else Value("", text),
        place=F(place) if place else Value(0, IntegerField()),
    )


def _read(lists: Mapping[str, QuerySet]) -> Lists:
    columns = ("list", "key", "words", "more", "place")
    first, *others = [
        rows.annotate(list=Value(name, CharField())).values_list(*columns) for name, rows in lists.items()
    ]
    found: dict[str, list[Option]] = {name: [] for name in lists}
    for name, key, words, more, _ in first.union(*others, all=True).order_by("place", "words"):
        found[name].append(Option(key, words, more))
    return found
