"""Ticket numbers as people copy them. Pure."""

import re
import unicodedata

from django.conf import settings

from tickets.models.ticket import number_of

# What stands around a number that is copied from a text, and dashes that programs put into it.
_AROUND = " \t\r\n[](){}<>\"'“”„«».,:;"
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_DIGITS = re.compile(r"[-# ]?([0-9]{1,17})")
_LONGEST = 2_000


def number_typed(text: str) -> int | None:
    """Return the ticket number in a text that is nothing else; None for anything else.

    Reads ``SUP-1205``, ``sup 1205``, ``#1205``, ``[SUP-1205]`` and the address of a ticket's page.
    """
    if len(text) > _LONGEST:
        return None
    word = unicodedata.normalize("NFKC", text).translate(_DASHES).strip(_AROUND)
    if "/" in word:
        path = re.split("[?#]", word, maxsplit=1)[0].split("/")
        return next((number for part in path if (number := number_of(part))), None)
    prefix = settings.TICKET_PREFIX.upper()
    has_prefix = word.upper().startswith(prefix)
    match = _DIGITS.fullmatch(word[len(prefix) :] if has_prefix else word)
    return int(match[1]) if match and (has_prefix or word.startswith("#")) else None
