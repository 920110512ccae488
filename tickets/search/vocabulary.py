"""What a misspelled word may mean, from the words that the reader can see anyway."""

from collections.abc import Collection, Sequence
from itertools import islice
from typing import Protocol

from django.db import connection
from django.db.models import QuerySet

from orgs.actor import Actor
from tickets.models.search import SearchWord
from tickets.models.ticket import Ticket
from tickets.search.lexemes import SURE, begins_like, distance, is_fuzzy, variants

# A word in fewer tickets is probably a typo in a ticket.
RARE = 3
# The word that is meant is in at least this many times as many tickets.
MUCH = 10
MOST_NEAR = 4
MOST_READ = 20
# Longer words may have two typos.
LONG = 7
# A customer's misspelled word is compared with the words of this many of the newest tickets.
NEWEST = 500


class Vocabulary(Protocol):
    """Words with the number of tickets that they are in."""

    def counts(self, words: Collection[str]) -> dict[str, int]:
        """Return the words that are known with their numbers."""

    def beginning_with(self, start: str) -> Sequence[str]:
        """Return the most frequent words that begin with ``start`` and aren't rare."""

    def alike(self, word: str, least: int) -> Sequence[str]:
        """Return the most frequent other words with a variant in common, each in at least so many tickets."""


class AllWords:
    """The words of all tickets and internal notes, for agents. Each call costs a query."""

    def counts(self, words: Collection[str]) -> dict[str, int]:
        return dict(SearchWord.objects.filter(word__in=words).values_list("word", "documents"))

    def beginning_with(self, start: str) -> Sequence[str]:
        return self._first(SearchWord.objects.filter(word__startswith=start, documents__gte=RARE))

    def alike(self, word: str, least: int) -> Sequence[str]:
        alike = SearchWord.objects.filter(variants__overlap=variants(word), documents__gte=least)
        return self._first(alike.exclude(word=word))

    def _first(self, words: QuerySet[SearchWord]) -> Sequence[str]:
        return list(words.order_by("-documents", "word").values_list("word", flat=True)[:MOST_READ])


class VisibleWords:
    """The words like some typed ones in the newest tickets that a customer can see; two queries for all."""

    def __init__(self, actor: Actor, words: Collection[str], last: str) -> None:
        newest = Ticket.objects.visible_to(actor).order_by("-pk").values_list("pk", flat=True)[:NEWEST]
        lengths = [len(word) for word in words]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word, count(*) FROM ("
                "SELECT split_part(unnest(tsvector_to_array(words)), '/', 2) AS word"
                " FROM tickets_publicdocument WHERE ticket_id = ANY(%s)) AS each"
                " WHERE length(word) BETWEEN %s AND %s OR starts_with(word, %s)"
                " GROUP BY word ORDER BY count(*) DESC, word",
                [list(newest), min(lengths) - 1, max(lengths) + 1, last[:SURE]],
            )
            self.documents: dict[str, int] = dict(cursor.fetchall())

    def counts(self, words: Collection[str]) -> dict[str, int]:
        return {word: self.documents[word] for word in words if word in self.documents}

    def beginning_with(self, start: str) -> Sequence[str]:
        found = (word for word, documents in self.documents.items() if documents >= RARE)
        return list(islice((word for word in found if word.startswith(start)), MOST_READ))

    def alike(self, word: str, least: int) -> Sequence[str]:
        wanted, first, last = set(variants(word)), set(word[:2]), set(word[-2:])
        near = (
            each
            for each, documents in self.documents.items()
            # Words with a variant in common also share one of their first letters and one of their last.
            if documents >= least and not first.isdisjoint(each[:2]) and not last.isdisjoint(each[-2:])
        )
        found = (each for each in near if is_fuzzy(each) and not wanted.isdisjoint(variants(each)))
        return list(islice((each for each in found if each != word), MOST_READ))


def near_words(words: Collection[str], last: str, vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Return the nearest known words for each unknown or rare word; ``last`` is the one that may go on."""
    known = vocabulary.counts(words)
    near: dict[str, list[str]] = {}
    for word in words:
        if known.get(word, 0) >= RARE or (word == last and vocabulary.beginning_with(word)):
            continue
        near[word] = _nearest(word, vocabulary.alike(word, MUCH * known.get(word, 0)))
        if word == last and not near[word]:
            alike = vocabulary.beginning_with(word[:SURE])
            near[word] = [each for each in alike if begins_like(each, word)][:MOST_NEAR]
    return near


def _nearest(word: str, alike: Sequence[str]) -> list[str]:
    errors = {each: distance(word, each) for each in alike}
    most = 1 if len(word) < LONG else 2
    return sorted((each for each in errors if errors[each] <= most), key=errors.__getitem__)[:MOST_NEAR]
