"""Build a query of exact words, which the index answers quickly. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.contrib.postgres.search import SearchQuery

from tickets.models.ticket import reference_of
from tickets.search.lexemes import is_fuzzy, is_run, pairs, wanted_words
from tickets.search.references import number_typed
from tickets.search.syntax import Words

MOST_WORDS = 8
# How many words of a phrase are looked for.
LONGEST_PHRASE = 50
# Shorter beginnings of words would match too much.
PREFIX_FROM = 3


class Lexemes(SearchQuery):
    """A ``tsquery`` in PostgreSQL's own form, of words that are lexemes already."""

    template = "%(expressions)s::tsquery"

    def __init__(self, text: str) -> None:
        super().__init__(text, search_type="raw")


@dataclass(frozen=True)
class Phrase:
    """Words to find one after the other, each with its spellings. The last one may go on."""

    words: tuple[tuple[str, ...], ...]
    is_excluded: bool = False
    may_be_mistyped: bool = False
    goes_on: bool = False

    @property
    def doubtful(self) -> str:
        """The word if it is a single one that may be misspelled."""
        word = self.words[0][0]
        return word if self.may_be_mistyped and len(self.words) == 1 and is_fuzzy(word) else ""


def phrases_of(wanted: Sequence[Words]) -> list[Phrase]:
    """Return what is wanted as phrases, without what holds no word. The last word may be unfinished."""
    found = [(each, tuple(wanted_words(_text(each))[:LONGEST_PHRASE])) for each in wanted]
    found = [(each, words) for each, words in found if words][:MOST_WORDS]
    return [
        Phrase(
            words, each.is_excluded, _may_be_mistyped(each), number == len(found) and _may_be_mistyped(each)
        )
        for number, (each, words) in enumerate(found, 1)
    ]


def _text(wanted: Words) -> str:
    """Return the text to look for: of the address of a ticket its reference."""
    number = number_typed(wanted.text) if "/" in wanted.text else None
    return reference_of(number) if number else wanted.text


def _may_be_mistyped(wanted: Words) -> bool:
    return not wanted.is_exact and not wanted.is_excluded


def query_for(
    phrases: Sequence[Phrase],
    near: Mapping[str, Sequence[str]] | None = None,
    prefixes: Iterable[str] | None = None,
) -> Lexemes:
    """Return the query for phrases; ``near`` are the words that can replace each misspelled one.

    With ``prefixes``, all words have one of them, and so do documents without any of the words.
    """
    if prefixes is None:
        return Lexemes(_all_of(phrases, near or {}, ""))
    return Lexemes(" | ".join(f"'{each}' & {_all_of(phrases, near or {}, each)}" for each in prefixes))


def exact_query_for(phrases: Sequence[Phrase]) -> Lexemes:
    """Return a query for any of the words as they are typed: these hits rank before similar words."""
    words = [word for each in phrases if not each.is_excluded for word in each.words]
    return Lexemes(" | ".join(_any_of(word, "") for word in words))


def _all_of(phrases: Sequence[Phrase], near: Mapping[str, Sequence[str]], prefix: str) -> str:
    return " & ".join(_clause(each, near.get(each.doubtful, ()), prefix) for each in phrases)


def _clause(phrase: Phrase, near: Sequence[str], prefix: str) -> str:
    *first, last = phrase.words
    # The only letter of a run is found anywhere in one.
    is_start = (phrase.goes_on and len(last[0]) >= PREFIX_FROM) or (len(last[0]) == 1 and is_run(last[0]))
    star = ":*" if is_start else ""
    terms = [_any_of(word, prefix) for word in first] + [_any_of(last, prefix, star)]
    text = " <-> ".join(terms)
    if near:
        text = f"{text} | {_any_of(near, prefix)}"
    elif first:
        text = f"{text} | {_far_away(phrase.words, terms, prefix, star)}"
    return f"!({text})" if phrase.is_excluded else f"({text})"


def _far_away(words: Sequence[tuple[str, ...]], terms: Sequence[str], prefix: str, star: str) -> str:
    """Return the query for a phrase of which a part is where places end, so that it was kept as a pair."""
    ends = [""] * (len(words) - 2) + [star]
    kept = [_any_of(pairs(*two), prefix, end) for two, end in zip(pairwise(words), ends, strict=True)]
    if len(kept) == 1:
        return kept[0]
    close = [f"{one} <-> {other}" for one, other in pairwise(terms)]
    each = " & ".join(f"({here} | {there})" for here, there in zip(kept, close, strict=True))
    return f"({' | '.join(kept)}) & {each}"


def _any_of(words: Sequence[str], prefix: str, star: str = "") -> str:
    terms = [f"'{prefix}{word}'{star}" for word in words]
    return terms[0] if len(terms) == 1 else f"({' | '.join(terms)})"
