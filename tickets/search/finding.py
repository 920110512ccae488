"""Tickets that a search means."""

import re
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchRank
from django.db.models import BigIntegerField, F, Func, IntegerField, Q, Value
from django.db.models.functions import Cast

from orgs.actor import Actor
from orgs.roles import Capability
from tickets.models.search import SearchDocument
from tickets.models.ticket import Ticket, TicketQuerySet
from tickets.paging import Sort
from tickets.search.operators import OPERATORS
from tickets.search.query import Lexemes, exact_query_for, query_for
from tickets.search.syntax import Parsed, Words, parse

# Only so many are ranked, the newest, so that a word of half of all tickets costs no more than others.
MOST_RANKED = 1000
# A word of more tickets is common: tickets are read in their order until there are enough hits. Of fewer hits
# the numbers are read first, because PostgreSQL cannot guess how rare a word is.
MOST_LISTED = 3000
# Weights of D (notes), C (comments), B (people, product) and A (subject) for the rank.
WEIGHTS = [0.2, 0.3, 0.5, 1.0]
BY_RANK = Sort("rank", descending=True, read=int)

_BIT = re.compile(r"\S+")


@dataclass(frozen=True)
class Found:
    """What a search means: its tickets; their order, where words say one; and what was not understood.

    With an order the tickets are annotated with it. ``words`` is what to mark in what is shown, ``names`` are
    the operators that were used.
    """

    queryset: TicketQuerySet
    sort: Sort | None = None
    problems: tuple[str, ...] = ()
    words: str = ""
    names: frozenset[str] = frozenset()


def searched(actor: Actor, tickets: TicketQuerySet, text: str) -> Found:
    """Those of the tickets that somebody's search means.

    Who works the queue has operators, and finds by internal notes too. For everybody else all is words. Give
    it tickets that are filtered already: of more than ``MOST_RANKED`` hits the newest are taken.
    """
    if not actor.can(Capability.WORK_QUEUE):
        return Found(matching(tickets, text), words=text)
    parsed = parse(text, OPERATORS)
    condition, problems = _condition(parsed, actor)
    tickets = tickets.filter(condition)
    names = frozenset(term.name for term in parsed.terms)
    words = " ".join(each.text for each in parsed.words if not each.is_excluded)
    query = query_for(parsed.words, internal=True)
    if query is None:
        found = tickets.none() if parsed.words and not parsed.terms else tickets
        return Found(found, problems=problems, names=names)
    hits = _with(tickets, query)
    if not words:  # only words to leave out, which give no rank
        return Found(hits, problems=problems, names=names)
    return Found(_ranked(hits, query, exact_query_for(parsed.words)), BY_RANK, problems, words, names)


def operators_in(text: str) -> frozenset[str]:
    """The names of the operators that a text uses."""
    return frozenset(term.name for term in parse(text, OPERATORS).terms)


def matching(tickets: TicketQuerySet, text: str) -> TicketQuerySet:
    """Tickets in which every word occurs: in number, subject, people, a comment, or the name of a file.

    As customers find them: nothing that only staff reads is looked at.
    """
    query = query_for([Words(bit) for bit in _BIT.findall(text)], internal=False)
    return _with(tickets, query) if query else tickets.none()


def _with(tickets: TicketQuerySet, query: Lexemes) -> TicketQuerySet:
    """Those of the tickets whose documents the query fits; one query of its own."""
    documents = SearchDocument.objects.filter(words=query)
    found = list(documents.values_list("ticket", flat=True)[: MOST_LISTED + 1])
    if len(found) <= MOST_LISTED:
        return tickets.filter(pk__in=found)
    return tickets.filter(document__words=query)


def _condition(parsed: Parsed, actor: Actor) -> tuple[Q, tuple[str, ...]]:
    """What the operators ask for, and the problems with them and with the rest."""
    condition, problems = Q(), list(parsed.problems)
    for term in parsed.terms:
        try:
            asked = OPERATORS[term.name].condition(term.value, actor)
        except ValueError as error:
            problems.append(f"{term.name}: was left out. {error}")
        else:
            condition &= ~asked if term.is_excluded else asked
    return condition, tuple(dict.fromkeys(problems))


def _ranked(hits: TicketQuerySet, query: Lexemes, exact: Lexemes) -> TicketQuerySet:
    """The newest of the hits with ``rank``, a whole number, so that pages can begin at it.

    Numbers and ranks are read here, so that no row is joined to what a list shows only to be ranked.
    """
    both = [
        SearchRank(F("document__words"), each, weights=WEIGHTS, normalization=Value(1))
        for each in (query, exact)
    ]
    millionths = Cast((both[0] + both[1]) * Value(1_000_000), IntegerField())
    newest = hits.order_by("-pk").annotate(millionths=millionths).values_list("pk", "millionths")
    ranks = dict(newest[:MOST_RANKED])
    return Ticket.objects.filter(pk__in=list(ranks)).annotate(rank=_rank_from(ranks))


def _rank_from(ranks: dict[int, int]) -> Func:
    """The rank of a ticket, looked up by its number."""
    numbers = Value(list(ranks), ArrayField(BigIntegerField()))
    place = Func(numbers, F("pk"), function="array_position")
    values = Value(list(ranks.values()), ArrayField(IntegerField()))
    template, joiner = "(%(expressions)s]", ")["  # (values)[place]
    return Func(values, place, template=template, arg_joiner=joiner, output_field=IntegerField())
