"""Tickets in which words occur."""

import re

from tickets.querysets import TicketQuerySet
from tickets.search.query import Words, query_for

_BIT = re.compile(r"\S+")


def matching(tickets: TicketQuerySet, text: str, *, internal: bool = False) -> TicketQuerySet:
    """Tickets in which every word occurs: in number, subject, people, a comment, or the name of a file.

    With ``internal``, notes count as well: only for those who see them.
    """
    query = query_for([Words(bit) for bit in _BIT.findall(text)], internal=internal)
    return tickets.filter(document__words=query) if query else tickets.none()
