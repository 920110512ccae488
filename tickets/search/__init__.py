"""Searching tickets by words, with tolerance for typing errors, and showing what was found."""

from tickets.search.finding import matching
from tickets.search.marking import Part, excerpt, excerpts, highlight

__all__ = ["Part", "excerpt", "excerpts", "highlight", "matching"]
