"""The tickets that a search finds, and their rank."""

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
from tickets.search.operators import Lookup, operators_for
from tickets.search.query import Lexemes, exact_query_for, query_for
from tickets.search.syntax import Parsed, parse

# Only the newest hits are ranked, so that a word in half of all tickets costs no more than others.
MOST_RANKED = 1000
CUT = "Only the newest are shown, best match first. Choose another order to see all of them."
# A word in more tickets is common: tickets are read in their order until there are enough hits. For a rarer
# word the ids are read first, because PostgreSQL can't estimate how rare it is.
MOST_LISTED = 3000
# Weights of D (notes), C (comments), B (people, product) and A (subject) for the rank.
WEIGHTS = [0.2, 0.3, 0.5, 1.0]
BY_RANK = Sort("rank", descending=True, read=int)


@dataclass(frozen=True)
class Found:
    """The result of a search: its tickets, and sentences about what was not understood or not shown.

    ``words`` are those to mark in what is shown, and ``near`` those that replaced misspelled ones. With
    a ``sort``, the tickets are annotated with their rank.
    """

    queryset: TicketQuerySet
    problems: tuple[str, ...] = ()
    words: str = ""
    near: tuple[str, ...] = ()
    sort: Sort | None = None


def searched(actor: Actor, tickets: TicketQuerySet, text: str, *, ranked: bool = False) -> Found:
    """Return those of the tickets that the actor's search finds; if ``ranked``, the newest with their rank.

    Agents also find tickets by internal notes, and see which operators don't exist. For customers, whose
    texts may hold a colon anywhere, an unknown operator is just a word.
    """
    is_agent = actor.can(Capability.WORK_QUEUE)
    parsed = parse(text, operators_for(actor))
    condition, wrong = _condition(parsed, actor)
    problems = (*(parsed.problems if is_agent else ()), *wrong)
    tickets = tickets.filter(condition)
    query = query_for(parsed.words, internal=is_agent)
    if query is None:
        return Found(tickets.none() if parsed.words and not parsed.terms else tickets, problems)
    hits = _with(tickets, query)
    words = " ".join(each.text for each in parsed.words if not each.is_excluded)
    if not ranked or not words or not is_agent:  # words to exclude give no rank
        return Found(hits, problems, words, query.near)
    ranks = _ranks(hits, query, exact_query_for(parsed.words))
    if len(ranks) > MOST_RANKED:
        ranks.popitem()
        problems = (*problems, f"More than {MOST_RANKED:,} tickets match. {CUT}")
    best = Ticket.objects.filter(pk__in=list(ranks)).annotate(rank=_rank_from(ranks))
    return Found(best, problems, words, query.near, BY_RANK)


@dataclass(frozen=True)
class Filtered:
    """The tickets that match a filter. If dated, the condition depends on the time at which it was made."""

    queryset: TicketQuerySet
    is_dated: bool


def filtered(actor: Actor, tickets: TicketQuerySet, text: str) -> Filtered | None:
    """Return those of the tickets that match the operators in a text, or None if it has words too.

    Costs no query: names are not checked.
    """
    operators = operators_for(actor)
    parsed = parse(text, operators)
    if parsed.words:
        return None
    is_dated = any(operators[term.name].is_dated for term in parsed.terms)
    return Filtered(tickets.filter(_condition(parsed, actor, is_checked=False)[0]), is_dated)


def _with(tickets: TicketQuerySet, query: Lexemes) -> TicketQuerySet:
    """Return those of the tickets whose documents match; costs one query."""
    documents = SearchDocument.objects.filter(words=query)
    found = list(documents.values_list("ticket", flat=True)[: MOST_LISTED + 1])
    if len(found) <= MOST_LISTED:
        return tickets.filter(pk__in=found)
    return tickets.filter(document__words=query)


def _condition(parsed: Parsed, actor: Actor, *, is_checked: bool = True) -> tuple[Q, tuple[str, ...]]:
    """Return the condition of all operators together, and what is wrong with those that were left out."""
    condition, problems, operators = Q(), [], operators_for(actor)
    for term in parsed.terms:
        try:
            asked = operators[term.name].condition(term.value, actor)
            if isinstance(asked, Lookup):
                asked = asked.checked() if is_checked else asked.unchecked
        except ValueError as error:
            problems.append(f"“{term}” was ignored. {error}")
        else:
            condition &= ~asked if term.is_excluded else asked
    return condition, tuple(dict.fromkeys(problems))


def _ranks(hits: TicketQuerySet, query: Lexemes, exact: Lexemes) -> dict[int, int]:
    """Return the ids of the newest hits, one more than are shown, with their ranks.

    Ranks are integers, so that pages can begin at one. They are read here, so that a list doesn't have to
    join the documents only to rank its rows.
    """
    both = [
        SearchRank(F("document__words"), each, weights=WEIGHTS, normalization=Value(1))
        for each in (query, exact)
    ]
    millionths = Cast((both[0] + both[1]) * Value(1_000_000), IntegerField())
    newest = hits.order_by("-pk").annotate(millionths=millionths).values_list("pk", "millionths")
    return dict(newest[: MOST_RANKED + 1])


def _rank_from(ranks: dict[int, int]) -> Func:
    """Return an expression that looks up the rank of a ticket by its id."""
    numbers = Value(list(ranks), ArrayField(BigIntegerField()))
    place = Func(numbers, F("pk"), function="array_position")
    values = Value(list(ranks.values()), ArrayField(IntegerField()))
    template, joiner = "(%(expressions)s]", ")["  # (values)[place]
    return Func(values, place, template=template, arg_joiner=joiner, output_field=IntegerField())
