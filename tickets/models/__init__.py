"""Tables of the tickets app."""

from tickets.models import (  # noqa: F401 - Django finds the tables by this import
    bulk,
    catalogue,
    clock,
    conversation,
    desk,
    drafts,
    figures,
    following,
    handover,
    linking,
    macros,
    mentions,
    people,
    search,
    tags,
    teams,
    ticket,
)
