"""Highlights and excerpts that show why a ticket was found."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import Case, Expression, F, Func, IntegerField, Q, Value, When
from django.db.models.functions import Greatest, Substr

from tickets.models.conversation import Comment
from tickets.models.ticket import Ticket
from tickets.search.lexemes import (
    LONGEST,
    PIECE,
    begins_like,
    fold,
    is_fuzzy,
    is_one_typo,
    is_run,
    spelled_out,
)

MOST_WORDS = 8
EXCERPT = 160
# How much of a comment is read for its excerpt, and how much of that precedes the hit.
READ, READ_BEFORE = 2_000, 500

# Letters, and two for one, with what they may be in a text.
_ACCENTED = {
    "a": "[aàáâãäå]",
    "c": "[cç]",
    "e": "[eèéêë]",
    "i": "[iìíîï]",
    "n": "[nñ]",
    "o": "[oòóôõöø]",
    "u": "[uùúûü]",
    "ss": "(?:ss|ß)",
    "ae": "(?:[aä]e|ä|æ)",
    "oe": "(?:[oö][eé]|ö|ø|œ)",
    "ue": "(?:[uü][eé]|ü)",
}
_ACCENTS = re.compile("ss|[aou]e|[aceinou]")
_TYPED = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclass(frozen=True)
class Part:
    """A part of a text, and whether it matches the search."""

    text: str
    is_hit: bool


def highlight(text: str, query: str, near: Collection[str] = ()) -> list[Part]:
    """Split a text into parts, those that match a word of the query, or are like one in ``near``, marked.

    Pure.
    """
    parts: list[Part] = []
    end = 0
    for first, last in _hits(text, query, near):
        parts += [Part(text[end:first], is_hit=False), Part(text[first:last], is_hit=True)]
        end = last
    return [part for part in [*parts, Part(text[end:], is_hit=False)] if part.text]


def _hits(text: str, query: str, near: Collection[str]) -> list[tuple[int, int]]:
    """Return where each hit begins and ends; hits without anything between them are one."""
    words = list(
        dict.fromkeys(word for phrase in _phrases(query) for piece in phrase for word in _spelled(piece))
    )
    runs = [word for word in words if is_run(word)]

    @cache
    def is_hit(piece: str) -> bool:
        spelled = _spelled(piece)
        return any(_alike(each, word) for each in spelled for word in words) or spelled[0].startswith(
            tuple(near)
        )

    found: list[tuple[int, int]] = []
    for match in PIECE.finditer(text):
        start, end = match.span()
        hits = [(start, end)] if is_hit(match[0]) else []
        if runs and is_run(match[0]):
            hits = [(start + first, start + last) for first, last in _parts_of_run(match[0], runs)]
        for first, last in hits:
            begins = found.pop()[0] if found and found[-1][1] == first else first
            found.append((begins, last))
    return found


def _parts_of_run(run: str, runs: Iterable[str]) -> list[tuple[int, int]]:
    """Return where the typed runs are within a longer one."""
    folded = [fold(letter) for letter in run]
    if any(len(letter) != 1 for letter in folded):
        return [(0, len(run))] if any(each in "".join(folded) for each in runs) else []
    pattern = "|".join(map(re.escape, sorted(runs, key=len, reverse=True)))
    return [match.span() for match in re.finditer(pattern, "".join(folded))]


def _phrases(query: str) -> list[list[str]]:
    """Return the words of a query, together those that were typed together, as they were typed."""
    found: list[list[str]] = []
    left = MOST_WORDS
    for match in _TYPED.finditer(query):
        if pieces := PIECE.findall(match[1] or match[2] or "")[:left]:
            found.append(pieces)
            left -= len(pieces)
    return found


def _spelled(piece: str) -> list[str]:
    return list(dict.fromkeys(fold(each)[:LONGEST] for each in (piece, spelled_out(piece))))


def _alike(piece: str, word: str) -> bool:
    """Return whether the piece is or begins with the word, with at most one typo."""
    if piece == word or (len(word) > 2 and piece.startswith(word)) or begins_like(piece, word):
        return True
    return is_fuzzy(word) and is_one_typo(piece, word)


def excerpt(text: str, query: str, near: Collection[str] = ()) -> list[Part]:
    """Return a line of a longer text around its most exact hit, in parts; empty without a hit. Pure."""
    line = " ".join(text.split())
    exact = (_PYTHON.search(pattern, line) for _, pattern in _levels(query, _PYTHON))
    if match := next(filter(None, exact), None):
        position = match.start()
    elif hits := _hits(line, query, near):
        position = hits[0][0]
    else:
        return []
    start = max(0, position - EXCERPT // 3)
    shown = line[start : start + EXCERPT]
    shown = f"{'… ' if start else ''}{shown}{' …' if start + EXCERPT < len(line) else ''}"
    return highlight(shown, query, near)


def excerpts(
    tickets: Sequence[Ticket], query: str, near: Collection[str] = (), *, internal: bool = False
) -> dict[int, list[Part]]:
    """Return an excerpt of a comment with a hit for each ticket of a page; costs one query.

    Of all comments it is one with the most exact hit, and of those the newest. ``near`` are the words that
    replaced misspelled ones. PostgreSQL finds the hits: it does so in linear time, and only what surrounds
    the best one is read.
    """
    pieces = [piece for phrase in _phrases(query) for piece in phrase]
    if not pieces:
        return {}
    anywhere = _anywhere([*pieces, *near])
    levels = _levels(query, _POSTGRESQL)
    comments = Comment.objects.filter(ticket__in=tickets, body__iregex=anywhere)
    if not internal:
        comments = comments.filter(is_internal=False)
    exactness = _first(
        [(needed, Value(-rank)) for rank, (needed, _) in enumerate(levels)], Value(-len(levels))
    )
    best = comments.order_by("ticket", exactness.desc(), "-created_at").distinct("ticket")
    position = _first([(needed, _position(shown)) for needed, shown in levels], _position(anywhere))
    rows = best.values_list("ticket", Substr("body", Greatest(position - READ_BEFORE, Value(1)), READ))
    found = {ticket: excerpt(text, query, near) for ticket, text in rows}
    return {ticket: parts for ticket, parts in found.items() if parts}


@dataclass(frozen=True)
class _Dialect:
    """How regular expressions are written: where a word begins and ends, and what may be between two."""

    begins: str
    ends: str
    between: str

    def search(self, pattern: str, text: str) -> re.Match[str] | None:
        return re.search(pattern, text, re.IGNORECASE)

    def phrase(self, pieces: Sequence[str]) -> str:
        """Return an expression for pieces of text one after the other."""
        begins = "" if _stands_alone(pieces[0][0]) else self.begins
        ends = "" if _stands_alone(pieces[-1][-1]) else self.ends
        return f"{begins}{self.between.join(map(_any_spelling, pieces))}{ends}"


_PYTHON = _Dialect(r"(?<![^\W_])", r"(?![^\W_])", r"[\W_]*")
_POSTGRESQL = _Dialect(r"(?:\m|_)", r"(?:\M|_)", r"(?:\W|_)*")


def _stands_alone(letter: str) -> bool:
    """Return whether a letter is found beside others too: within a run, or at the end of C++."""
    return is_run(letter) or not letter.isalnum()


def _any_spelling(piece: str) -> str:
    """Return an expression for a piece as it was typed, and with or without any accents."""
    if is_run(piece):
        return re.escape(piece)
    spelled = dict.fromkeys(
        _ACCENTS.sub(lambda match: _ACCENTED[match[0]], re.escape(each)) for each in _spelled(piece)
    )
    return "|".join(spelled) if len(spelled) == 1 else f"(?:{'|'.join(spelled)})"


def _levels(query: str, dialect: _Dialect) -> list[tuple[list[str], str]]:
    """Return expressions, the most exact first: those that must match, and the one that shows where.

    First everything as it was typed, then all of it in any order, then each phrase, then any whole word.
    """
    phrases = _phrases(query)
    if not phrases:
        return []
    every = {dialect.phrase(each): len(each) for each in phrases}
    longest = sorted(every, key=lambda each: (every[each], len(each)), reverse=True)
    whole = dialect.phrase([piece for phrase in phrases for piece in phrase])
    several = [each for each in longest if every[each] > 1]
    words = "|".join(each for each in longest if every[each] == 1)
    levels = [([whole], whole), (longest, longest[0]), *(([each], each) for each in several)]
    levels = [*levels, ([words], words)] if words else levels
    return [each for number, each in enumerate(levels) if each not in levels[:number]]


def _anywhere(pieces: Iterable[str]) -> str:
    """Return a regular expression for PostgreSQL: what begins with one of the pieces, or is a short one."""
    begin, alone = [], []
    for piece in dict.fromkeys(pieces):
        if _stands_alone(piece[0]):
            alone.append(_any_spelling(piece))
        else:
            is_short = len(piece) <= 2 and piece.isalnum()
            begin.append(_any_spelling(piece) + (_POSTGRESQL.ends if is_short else ""))
    words = [f"{_POSTGRESQL.begins}(?:{'|'.join(begin)})"] if begin else []
    return "|".join([*words, *alone])


def _first(cases: Iterable[tuple[list[str], Expression]], otherwise: Expression) -> Case:
    """Return the value of the first case whose expressions all match a comment."""
    whens = []
    for needed, value in cases:
        condition = Q()
        for each in needed:
            condition &= Q(body__iregex=each)
        whens.append(When(condition, then=value))
    return Case(*whens, default=otherwise, output_field=IntegerField())


def _position(pattern: str) -> Func:
    """Return an expression for the position in a comment's text at which the pattern first matches."""
    once = [Value(number) for number in (1, 1, 0)]  # from the first letter, the first hit, its beginning
    arguments = (F("body"), Value(pattern), *once, Value("i"))
    return Func(*arguments, function="regexp_instr", output_field=IntegerField())


def mark(tickets: Sequence[Ticket], words: str, near: Collection[str] = ()) -> None:
    """Set ``subject_parts`` and ``excerpt`` on the tickets of an agent's page; after a search, one query."""
    found = excerpts(tickets, words, near, internal=True) if words else {}
    for ticket in tickets:
        ticket.subject_parts = highlight(ticket.subject, words, near)  # type: ignore[attr-defined]
        ticket.excerpt = found.get(ticket.pk, [])  # type: ignore[attr-defined]
