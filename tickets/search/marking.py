"""Highlights and excerpts that show why a ticket was found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import F, Q
from django.db.models.functions import Upper

from tickets.models.conversation import Comment
from tickets.models.ticket import Ticket
from tickets.search.lexemes import begins_like, distance, fold, is_fuzzy, lexemes

MOST_WORDS = 8
EXCERPT = 160

_PIECES = re.compile(r"([^\W_]+)")


@dataclass(frozen=True)
class Part:
    """A part of a text, and whether it matches the search."""

    text: str
    is_hit: bool


def highlight(text: str, query: str) -> list[Part]:
    """Split a text into parts, those that match a word of the query marked. Pure."""
    words = _words_of(query)

    @cache
    def is_hit(piece: str) -> bool:
        return any(_alike(fold(piece), word) for word in words)

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
    is_near = is_fuzzy(word) and abs(len(piece) - len(word)) <= 1
    return is_near and distance(piece, word) == 1


def excerpt(text: str, query: str) -> list[Part]:
    """Return a line of a longer text around the first hit, in parts; empty without a hit. Pure."""
    line = " ".join(text.split())
    position = 0
    for part in highlight(line, query):
        if part.is_hit:
            start = max(0, position - EXCERPT // 3)
            shown = line[start : start + EXCERPT]
            return highlight(
                f"{'… ' if start else ''}{shown}{' …' if start + EXCERPT < len(line) else ''}", query
            )
        position += len(part.text)
    return []


def excerpts(tickets: Sequence[Ticket], query: str, *, internal: bool = False) -> dict[int, list[Part]]:
    """Return an excerpt of the newest comment with a hit for each ticket of a page; costs one query."""
    hits = Q()
    for word in _words_of(query):
        hits |= Q(body__icontains=word)
        if is_fuzzy(word):
            hits |= Q(_upper__trigram_word_similar=word.upper())
    if not hits:
        return {}
    comments = Comment.objects.annotate(_upper=Upper(F("body"))).filter(hits, ticket__in=tickets)
    if not internal:
        comments = comments.filter(is_internal=False)
    newest = comments.order_by("ticket", "-created_at").distinct("ticket")
    return {each.ticket_id: excerpt(each.body, query) for each in newest}


def mark(tickets: Sequence[Ticket], words: str) -> None:
    """Set ``subject_parts`` and ``excerpt`` on the tickets of an agent's page; after a search, one query."""
    found = excerpts(tickets, words, internal=True) if words else {}
    for ticket in tickets:
        ticket.subject_parts = highlight(ticket.subject, words)  # type: ignore[attr-defined]
        ticket.excerpt = found.get(ticket.pk, [])  # type: ignore[attr-defined]
