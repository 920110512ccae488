"""Searching tickets by words, with tolerance for typing errors, and showing what was found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Upper

from tickets.models import Attachment, Comment, Ticket
from tickets.querysets import TicketQuerySet

MOST_WORDS = 6
# Shorter words are looked for as they are: too many others are like them.
FUZZY_FROM = 4
LIKE_ENOUGH = 0.75
EXCERPT = 160

_WORD = re.compile(r"\S+")


def words_of(query: str) -> list[str]:
    """The words to look for; the first few, each once."""
    return list(dict.fromkeys(_WORD.findall(query)))[:MOST_WORDS]


def matching(tickets: TicketQuerySet, query: str, *, internal: bool = False) -> TicketQuerySet:
    """Tickets in which every word occurs: in number, subject, a comment, or the name of a file.

    With ``internal``, notes count as well: only for those who see them.
    """
    for word in words_of(query):
        comments = _like(Comment.objects.all(), "body", word)
        files = Attachment.objects.filter(comment__isnull=False, name__icontains=word)
        if not internal:
            comments = comments.filter(is_internal=False)
            files = files.filter(comment__is_internal=False)
        subjects = _like(Ticket.objects.all(), "subject", word)
        found = (
            Q(pk__in=subjects.values("pk"))
            | Q(pk__in=comments.values("ticket"))
            | Q(pk__in=files.values("comment__ticket"))
        )
        digits = word.upper().removeprefix(f"{settings.TICKET_PREFIX.upper()}-")
        if digits.isascii() and digits.isdigit() and len(digits) < 18:
            found |= Q(pk=int(digits))
        tickets = tickets.filter(found)
    return tickets


def _like(rows: QuerySet, field: str, word: str) -> QuerySet:
    """Rows whose field holds the word, or one much like it; both by the same trigram index."""
    return rows.annotate(_upper=Upper(F(field))).filter(_holds(field, word))


def _holds(field: str, word: str) -> Q:
    """The condition of ``_like``, on rows that are annotated with the field as ``_upper``."""
    found = Q(**{f"{field}__icontains": word})
    return found | Q(_upper__trigram_word_similar=word.upper()) if len(word) >= FUZZY_FROM else found


@dataclass(frozen=True)
class Part:
    """A piece of text, and whether it is what was looked for."""

    text: str
    is_hit: bool


def highlight(text: str, query: str) -> list[Part]:
    """A text in pieces, those that match a word of the query marked. Pure."""
    words = [word.lower() for word in words_of(query)]
    parts: list[Part] = []
    for piece in re.split(r"(\w+)", text):
        if not piece:
            continue
        is_hit = any(_alike(piece.lower(), word) for word in words)
        if parts and parts[-1].is_hit == is_hit:
            parts[-1] = Part(parts[-1].text + piece, is_hit)
        else:
            parts.append(Part(piece, is_hit))
    return parts


def _alike(piece: str, word: str) -> bool:
    core = "".join(re.findall(r"\w+", word)) if not word.isalnum() else word
    if not core or not piece[0].isalnum():
        return False
    if core in piece or (piece in core and len(piece) >= LIKE_ENOUGH * len(core)):
        return True
    near = len(core) >= FUZZY_FROM and piece[0] == core[0] and abs(len(core) - len(piece)) <= 2
    return near and SequenceMatcher(None, core, piece).ratio() >= LIKE_ENOUGH


def excerpt(text: str, query: str) -> list[Part]:
    """A line of a longer text around the first hit, in pieces; empty without a hit. Pure."""
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
    """For each ticket of a page the newest comment with a hit, cut to a line; one query."""
    hits = Q()
    for word in words_of(query):
        hits |= _holds("body", word)
    comments = Comment.objects.annotate(_upper=Upper(F("body"))).filter(hits, ticket__in=tickets)
    if not internal:
        comments = comments.filter(is_internal=False)
    newest = comments.order_by("ticket", "-created_at").distinct("ticket")
    return {each.ticket_id: excerpt(each.body, query) for each in newest}
