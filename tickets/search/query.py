"""Build a query of exact words, which the index answers quickly; misspelled words are widened."""

from collections.abc import Iterable, Sequence
from itertools import chain

from django.contrib.postgres.search import SearchQuery

from tickets.models.search import PEOPLE, PUBLIC, SUBJECT, SearchWord
from tickets.search.lexemes import SURE, begins_like, distance, is_fuzzy, lexemes, variants
from tickets.search.syntax import Words

MOST_WORDS = 8
# A word in fewer tickets is probably a typo in a ticket.
RARE = 3
# The word that is meant is in at least this many times as many tickets.
MUCH = 10
MOST_NEAR = 4
# Longer words may have two typos.
LONG = 7
# Shorter beginnings of words would match too much.
PREFIX_FROM = 3
READ_BY_CUSTOMERS = f"{SUBJECT}{PEOPLE}{PUBLIC}"


class Lexemes(SearchQuery):
    """A ``tsquery`` in PostgreSQL's own form, of words that are lexemes already.

    ``near`` are its words that replaced misspelled ones.
    """

    template = "%(expressions)s::tsquery"

    def __init__(self, text: str, near: Iterable[str] = ()) -> None:
        super().__init__(text, search_type="raw")
        self.near = tuple(near)


def query_for(wanted: Sequence[Words], *, internal: bool) -> Lexemes | None:
    """Return the query for what is wanted, or None if no word is in it. Costs at most two queries.

    The last word may be unfinished. Unless ``internal``, it ignores what only staff can read.
    """
    phrases = [(each, lexemes(each.text)) for each in wanted]
    phrases = [(each, words) for each, words in phrases if words][:MOST_WORDS]
    if not phrases:
        return None
    last = phrases[-1][0]
    single = {words[0] for each, words in phrases if len(words) == 1 and _may_be_mistyped(each)}
    near = _near({word for word in single if is_fuzzy(word)}, last=phrases[-1][1][-1])
    weights = "" if internal else READ_BY_CUSTOMERS
    clauses = [
        _clause(each, words, near, weights=weights, goes_on=each is last and _may_be_mistyped(each))
        for each, words in phrases
    ]
    return Lexemes(" & ".join(clauses), chain.from_iterable(near.values()))


def exact_query_for(wanted: Sequence[Words]) -> Lexemes:
    """Return a query for any of the words as they are typed: these hits rank before similar words."""
    words = [word for each in wanted if not each.is_excluded for word in lexemes(each.text)]
    return Lexemes(" | ".join(_term(word, "") for word in words))


def _may_be_mistyped(wanted: Words) -> bool:
    return not wanted.is_exact and not wanted.is_excluded


def _clause(
    wanted: Words, words: list[str], near: dict[str, list[str]], *, weights: str, goes_on: bool
) -> str:
    *first, last = words
    star = "*" if goes_on and len(last) >= PREFIX_FROM else ""
    terms = [_term(word, weights) for word in first] + [_term(last, star + weights)]
    text = " <-> ".join(terms)
    if len(words) == 1:
        text = " | ".join([text, *(_term(word, weights) for word in near.get(last, []))])
    return f"!({text})" if wanted.is_excluded else f"({text})"


def _term(word: str, marks: str) -> str:
    return f"'{word}':{marks}" if marks else f"'{word}'"


def _near(words: set[str], *, last: str) -> dict[str, list[str]]:
    """Return the nearest known words for each unknown or rare word; costs a query, and one per such word."""
    if not words:
        return {}
    known = dict(SearchWord.objects.filter(word__in=words).values_list("word", "documents"))
    doubtful = [word for word in words if known.get(word, 0) < RARE]
    near = {word: _nearest(word, known.get(word, 0)) for word in doubtful if not _goes_on(word, last)}
    if last in near and not near[last]:
        near[last] = _beginning_like(last)
    return near


def _goes_on(word: str, last: str) -> bool:
    """Return whether the word is the last one and begins a known word."""
    return word == last and SearchWord.objects.filter(word__startswith=word, documents__gte=RARE).exists()


def _beginning_like(word: str) -> list[str]:
    """Return the most frequent words that begin almost as typed."""
    same_start = SearchWord.objects.filter(word__startswith=word[:SURE], documents__gte=RARE)
    found = same_start.order_by("-documents", "word").values_list("word", flat=True)[: MOST_NEAR * 5]
    return [each for each in found if begins_like(each, word)][:MOST_NEAR]


def _nearest(word: str, documents: int) -> list[str]:
    """Return the nearest known words, each in far more tickets than the word itself."""
    alike = SearchWord.objects.filter(variants__overlap=variants(word), documents__gte=MUCH * documents)
    found = alike.exclude(word=word).order_by("-documents", "word").values_list("word", flat=True)
    errors = {each: distance(word, each) for each in found[: MOST_NEAR * 5]}
    most = 1 if len(word) < LONG else 2
    return sorted((each for each in errors if errors[each] <= most), key=errors.__getitem__)[:MOST_NEAR]
