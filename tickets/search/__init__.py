"""Searching tickets by words and operators, with tolerance for typing errors, and showing what was found."""

from tickets.search.finding import Found, matching, operators_in, searched
from tickets.search.marking import Part, excerpt, excerpts, highlight, mark

__all__ = [
    "Found",
    "Part",
    "excerpt",
    "excerpts",
    "highlight",
    "mark",
    "matching",
    "operators_in",
    "searched",
]
