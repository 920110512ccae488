"""Sixty searches as engineers type or paste them, each with the ticket that it must find first."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.cast import actor
from tickets.access import ticket_named
from tickets.actions.comments import add_internal_note
from tickets.actions.indexing import index_tickets
from tickets.models.ticket import Ticket
from tickets.search.finding import searched

WORLD: dict[str, Any] = tomllib.loads(Path(__file__).with_name("world.toml").read_text("utf-8"))
# The mean of 1 / rank; 0 for a ticket that isn't found.
FLOOR = 1.0


@pytest.fixture
def tickets(cast) -> dict[str, Ticket]:
    """Return the tickets by their names in the file, all opened by Ben."""
    found = {}
    for name, text in WORLD["tickets"].items():
        line, times = text.get("long", ("", 0))
        long = "".join(line.replace("{n}", str(number)) for number in range(1, times + 1))
        found[name] = builders.ticket(
            cast.ben, cast.acme, subject=text["subject"], description=long + text["description"]
        )
        if "note" in text:
            add_internal_note(actor=actor(cast.fay), ticket=found[name], body=text["note"])
    index_tickets([each.pk for each in found.values()])
    return found


def rank(person, query: str, ticket: Ticket) -> int:
    """Return the place of a ticket among what a person finds, from 1; 0 if it isn't there."""
    who = actor(person)
    if named := ticket_named(who, query):
        return int(named == ticket)
    found = searched(who, Ticket.objects.visible_to(who), query, ranked=True)
    order = ["-rank", "-pk"] if found.sort else ["-pk"]
    hits = list(found.queryset.order_by(*order))
    return hits.index(ticket) + 1 if ticket in hits else 0


def test_each_search_finds_its_ticket_first(cast, tickets):
    assert len(WORLD["queries"]) == 60
    ranks = {}
    for each in WORLD["queries"]:
        ticket = tickets[each["finds"]]
        query = each["q"].replace("{number}", str(ticket.pk))
        ranks[query, each.get("as", "fay")] = rank(cast.people()[each.get("as", "fay")], query, ticket)
    assert len(ranks) == 60
    mean = sum(1 / place for place in ranks.values() if place) / len(ranks)
    assert mean >= FLOOR, {query: place for query, place in ranks.items() if place != 1}
