"""The tickets that a search finds, and their rank."""

from dataclasses import dataclass, replace

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchRank
from django.db.models import BigIntegerField, F, Func, IntegerField, Q, Value
from django.db.models.functions import Cast

from orgs.actor import Actor
from orgs.roles import Capability
from tickets.models.ticket import Ticket, TicketQuerySet
from tickets.paging import Sort
from tickets.search.hits import hits_of_agent, hits_of_customer
from tickets.search.operators import Lookup, operators_for
from tickets.search.query import Lexemes, exact_query_for, phrases_of
from tickets.search.syntax import Parsed, Term, parse, write

# Only the newest hits are ranked, so that a word in half of all tickets costs no more than others.
MOST_RANKED = 1000
CUT = "Only the newest are shown, best match first. Choose another order to see all of them."
# Weights of D (notes), C (comments), B (people, product) and A (subject) for the rank.
WEIGHTS = [0.2, 0.3, 0.5, 1.0]
# How many solved or closed tickets are named where only those match.
MOST_FINISHED = 3
BY_RANK = Sort("rank", descending=True, read=int)


@dataclass(frozen=True)
class Found:
    """The result of a search: its tickets, and sentences about what was not understood or not shown.

    ``words`` are those to mark in what is shown, ``near`` those that replaced misspelled ones, and
    ``excluded`` those that no ticket may have. ``condition`` finds the same in another list. With a ``sort``,
    the tickets are annotated with their rank.
    """

    queryset: TicketQuerySet
    condition: Q
    problems: tuple[str, ...] = ()
    words: str = ""
    near: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    sort: Sort | None = None


def searched(actor: Actor, tickets: TicketQuerySet, text: str, *, ranked: bool = False) -> Found:
    """Return those of the tickets that the actor's search finds; if ``ranked``, the newest with their rank.

    Agents also find tickets by internal notes, and see which operators don't exist. For customers, whose
    texts may hold a colon anywhere, an unknown operator is just a word. Only what they can see has an effect
    on their results, and on how much is read for them.
    """
    is_agent = actor.can(Capability.WORK_QUEUE)
    parsed = parse(text, operators_for(actor))
    condition, wrong = _condition(parsed, actor)
    problems = (*(parsed.problems if is_agent else ()), *wrong)
    phrases = phrases_of(parsed.words)
    if not phrases:
        condition = Q(pk__in=[]) if parsed.words and not parsed.terms else condition
        return Found(tickets.filter(condition), condition, problems)
    hits = hits_of_agent(phrases) if is_agent else hits_of_customer(actor, phrases)
    condition &= hits.condition
    words = write(each for each in parsed.words if not each.is_excluded)
    excluded = tuple(each.text for each in parsed.words if each.is_excluded)
    found = Found(tickets.filter(condition), condition, problems, words, hits.near, excluded)
    if not ranked or not words or not is_agent:  # words to exclude give no rank
        return found
    ranks = _ranks(found.queryset, hits.query, exact_query_for(phrases))
    if len(ranks) > MOST_RANKED:
        ranks.popitem()
        problems = (*problems, f"More than {MOST_RANKED:,} tickets match. {CUT}")
    best = Ticket.objects.filter(pk__in=list(ranks)).annotate(rank=_rank_from(ranks))
    return replace(found, queryset=best, problems=problems, sort=BY_RANK)


@dataclass(frozen=True)
class Finished:
    """Solved and closed tickets that a search would find without its status, and the search for them."""

    tickets: list[Ticket]
    text: str


def finished_hits(actor: Actor, tickets: TicketQuerySet, text: str) -> Finished | None:
    """Return what a search that found nothing would find among solved and closed tickets, if anything.

    Costs nothing if the search has no status.
    """
    parsed = parse(text, operators_for(actor))
    others = [part for part in parsed.parts if not (isinstance(part, Term) and part.name == "status")]
    if len(others) == len(parsed.parts):
        return None
    wider = write([Term("status", "solved,closed"), *others])
    found = searched(actor, tickets, wider, ranked=True)
    order = "-rank" if found.sort else "-updated_at"
    best = list(found.queryset.order_by(order, "-pk")[:MOST_FINISHED])
    return Finished(best, wider) if best else None


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
