"""The tickets whose documents match, read only from what the reader may see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from orgs.actor import Actor
from orgs.models import Visibility
from orgs.roles import Capability
from tickets.models.search import PublicDocument, SearchDocument, organization_prefix
from tickets.models.ticket import Ticket
from tickets.search.query import Lexemes, Phrase, query_for
from tickets.search.vocabulary import AllWords, VisibleWords, near_words

# A word in more tickets is common: tickets are read in their order until there are enough hits. For a rarer
# word the ids are read first, because PostgreSQL can't estimate how rare it is.
MOST_LISTED = 3000
# Where an organization shows a customer only some of its tickets, the newest of these are searched.
MOST_OWN = 5000


@dataclass(frozen=True)
class Hits:
    """A condition for the tickets, the query for their rank, and the words that replaced misspelled ones."""

    condition: Q
    query: Lexemes
    near: tuple[str, ...] = ()


def hits_of_agent(phrases: Sequence[Phrase]) -> Hits:
    """Find tickets by all their words. Costs a query, and a few for words that may be misspelled."""
    near = near_words(words, phrases[-1].words[-1][0], AllWords()) if (words := _doubtful(phrases)) else {}
    query = query_for(phrases, near)
    ids = _first(SearchDocument.objects.filter(words=query))
    condition = Q(pk__in=ids) if len(ids) <= MOST_LISTED else Q(document__words=query)
    return Hits(condition, query, tuple(chain.from_iterable(near.values())))


def hits_of_customer(actor: Actor, phrases: Sequence[Phrase]) -> Hits:
    """Find tickets by their public words; if there are none, by words that are spelled almost alike.

    Costs a query for organizations that show the person all their tickets, and two for others.
    """
    hits, is_found = _visible(actor, phrases, {})
    words = _doubtful(phrases)
    if is_found or not words:
        return hits
    last = phrases[-1].words[-1][0]
    near = near_words(words, last, VisibleWords(actor, words, last))
    return _visible(actor, phrases, near)[0] if any(near.values()) else hits


def _doubtful(phrases: Iterable[Phrase]) -> list[str]:
    return list(dict.fromkeys(each.doubtful for each in phrases if each.doubtful))


def _visible(actor: Actor, phrases: Sequence[Phrase], near: Mapping[str, Sequence[str]]) -> tuple[Hits, bool]:
    """Return the hits among the tickets that a customer can see, and whether there are any."""
    whole = _shown_wholly(actor)
    query = query_for(phrases, near, [organization_prefix(each) for each in actor.roles])
    ids = _listed(actor, query, partial) if (partial := actor.roles.keys() - whole) else []
    condition = Q(pk__in=ids)
    if whole:
        of_whole = query_for(phrases, near, [organization_prefix(each) for each in sorted(whole)])
        more = _first(PublicDocument.objects.filter(words=of_whole))
        ids = [*ids, *more]
        is_common = len(more) > MOST_LISTED
        condition = condition | Q(public_document__words=of_whole) if is_common else Q(pk__in=ids)
    return Hits(condition, query, tuple(chain.from_iterable(near.values()))), bool(ids)


def _shown_wholly(actor: Actor) -> set[int]:
    """Return the organizations of which the person can see all tickets, so that their index can be read."""
    shown = {
        each.organization_id for each in actor.memberships if each.organization.visibility == Visibility.ALL
    }
    return shown.union(actor.organizations_with(Capability.SEE_ALL_TICKETS))


def _listed(actor: Actor, query: Lexemes, partial: Collection[int]) -> list[int]:
    """Return the hits in organizations that hide some tickets, from the documents of the visible ones alone.

    The index would also lead to the hidden ones, and take time for them.
    """
    visible = Ticket.objects.visible_to(actor).filter(organization__in=sorted(partial)).order_by("-pk")
    ids = list(visible.values_list("pk", flat=True)[:MOST_OWN])
    not_indexed = Coalesce("words", Value("", SearchVectorField()), output_field=SearchVectorField())
    documents = PublicDocument.objects.filter(ticket__in=ids).alias(own=not_indexed).filter(own=query)
    return sorted(documents.values_list("ticket", flat=True))


def _first(documents: QuerySet[SearchDocument] | QuerySet[PublicDocument]) -> list[int]:
    """Return the first hits that are read; sorted, as they come in the order in which they are stored."""
    return sorted(documents.values_list("ticket", flat=True)[: MOST_LISTED + 1])
