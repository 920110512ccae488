"""Suggestions for what to type next in the agents' search: operators, then their values."""

import re

from supportcenter.combobox import Option
from tickets.search.operators import MOST_SUGGESTED, OPERATORS

# The last part of what is typed: perhaps excluded, an operator with or without its value. It begins after a
# blank, so the time is linear in the text.
_LAST = re.compile(r'(?<!\S)(?P<no>-?)(?:(?P<name>[A-Za-z]+):)?(?P<value>"[^"]*|[^\s":]*)$')


def suggestions(typed: str) -> list[Option]:
    """Return operators that begin with the last bit, or values of the operator in it. At most one query.

    The value of each option is the whole search with that bit completed.
    """
    if typed.count('"') % 2 and not re.search(r'[A-Za-z]:"[^"]*$', typed):
        return []  # within a phrase
    match = _LAST.search(typed)
    if match is None:
        return []
    before = typed[: match.start()]
    name, value = (match["name"] or "").lower(), match["value"].lstrip('"')
    if name:
        return _values(f"{before}{match['no']}{name}:", name, value)
    return [
        Option(f"{before}{match['no']}{each.name}:", f"{each.name}:", each.means)
        for each in OPERATORS.values()
        if each.name.startswith(value.lower())
    ]


def _values(before: str, name: str, typed: str) -> list[Option]:
    if name not in OPERATORS:
        return []
    fitting = [(value, means) for value, means in OPERATORS[name].suggest(typed) if value != typed]
    written = [(f'"{value}"' if " " in value else value, means) for value, means in fitting]
    return [
        Option(f"{before}{value} ", f"{name}:{value}", means) for value, means in written[:MOST_SUGGESTED]
    ]
