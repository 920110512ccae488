"""Highlights and excerpts that show why a ticket was found."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import F, Func, IntegerField, Value
from django.db.models.functions import Greatest, Substr

from tickets.models.conversation import Comment
from tickets.models.ticket import Ticket
from tickets.search.lexemes import begins_like, fold, is_fuzzy, is_one_typo, lexemes

MOST_WORDS = 8
EXCERPT = 160
# How much of a comment is read for its excerpt, and how much of that precedes the hit.
READ, READ_BEFORE = 2_000, 500

_PIECES = re.compile(r"([^\W_]+)")


@dataclass(frozen=True)
class Part:
    """A part of a text, and whether it matches the search."""

    text: str
    is_hit: bool


def highlight(text: str, query: str, near: Collection[str] = ()) -> list[Part]:
    """Split a text into parts, those that match a word of the query, or are like one in ``near``, marked.

    Pure.
    """
    words = _words_of(query)

    @cache
    def is_hit(piece: str) -> bool:
        folded = fold(piece)
        return any(_alike(folded, word) for word in words) or any(folded.startswith(word) for word in near)

    parts: list[Part] = []
    for number, piece in enumerate(_PIECES.split(text)):
        hit = number % 2 == 1 and is_hit(piece)
        if parts and parts[-1].is_hit == hit:
            parts[-1] = Part(parts[-1].text + piece, hit)
        elif piece:
            parts.append(Part(piece, hit))
    return parts


def _words_of(query: str) -> list[str]:
    return list(dict.fromkeys(lexemes(query)))[:MOST_WORDS]


def _alike(piece: str, word: str) -> bool:
    """Return whether the piece is or begins with the word, with at most one typo."""
    if piece == word or (len(word) > 2 and piece.startswith(word)) or begins_like(piece, word):
        return True
    return is_fuzzy(word) and is_one_typo(piece, word)


def excerpt(text: str, query: str, near: Collection[str] = ()) -> list[Part]:
    """Return a line of a longer text around the first hit, in parts; empty without a hit. Pure."""
    line = " ".join(text.split())
    position = 0
    for part in highlight(line, query, near):
        if part.is_hit:
            start = max(0, position - EXCERPT // 3)
            shown = line[start : start + EXCERPT]
            shown = f"{'… ' if start else ''}{shown}{' …' if start + EXCERPT < len(line) else ''}"
            return highlight(shown, query, near)
        position += len(part.text)
    return []


def excerpts(
    tickets: Sequence[Ticket], query: str, near: Collection[str] = (), *, internal: bool = False
) -> dict[int, list[Part]]:
    """Return an excerpt of the newest comment with a hit for each ticket of a page; costs one query.

    ``near`` are the words that replaced misspelled ones. PostgreSQL finds the hits: it does so in
    linear time, and only what surrounds the first one is read.
    """
    words = list(dict.fromkeys([*_words_of(query), *near]))
    if not words:
        return {}
    pattern = _pattern(words)
    comments = Comment.objects.filter(ticket__in=tickets, body__iregex=pattern)
    if not internal:
        comments = comments.filter(is_internal=False)
    newest = comments.order_by("ticket", "-created_at").distinct("ticket")
    begins = Greatest(_position(pattern) - READ_BEFORE, Value(1))
    rows = newest.values_list("ticket", Substr("body", begins, READ))
    found = {ticket: excerpt(text, query, near) for ticket, text in rows}
    return {ticket: parts for ticket, parts in found.items() if parts}


def _pattern(words: Iterable[str]) -> str:
    """Return a regular expression for PostgreSQL: what begins with one of the words, or is a short one."""
    endings = [word if len(word) > 2 else rf"{word}(?:\M|_)" for word in words]
    return rf"(?:\m|_)(?:{'|'.join(endings)})"


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
