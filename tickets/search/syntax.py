"""The syntax of a search: words, phrases, and operators like ``org:acme``. Pure.

No text is an error. What can't be read is reported, and searched for as words.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

# Each operator can cost a query, so a search has bounds, and reports what is beyond them.
MOST_LETTERS = 2_000
MOST_TERMS = 20

_TOKEN = re.compile(r'(?P<no>-)?(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')
_QUOTES = str.maketrans("“”„«»\0", '""""" ')


@dataclass(frozen=True)
class Words:
    """A word to search for or to exclude; if exact, a word or phrase just as it is typed."""

    text: str
    is_exact: bool = False
    is_excluded: bool = False

    def __str__(self) -> str:
        sign = "-" if self.is_excluded else ""
        return f'{sign}"{self.text}"' if self.is_exact else f"{sign}{self.text}"


@dataclass(frozen=True)
class Term:
    """A condition: an operator's name and a value. An excluded one must not hold."""

    name: str
    value: str
    is_excluded: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{'-' if self.is_excluded else ''}{self.name}:{value}"


@dataclass(frozen=True)
class Parsed:
    """The parts of a search in the order in which they were typed, and what is wrong with it."""

    parts: tuple[Words | Term, ...]
    problems: tuple[str, ...] = ()

    @property
    def words(self) -> list[Words]:
        return [part for part in self.parts if isinstance(part, Words)]

    @property
    def terms(self) -> list[Term]:
        return [part for part in self.parts if isinstance(part, Term)]


def parse(text: str, names: Collection[str]) -> Parsed:
    """Split a search into its parts; ``names`` are the operators that exist."""
    parts: list[Words | Term] = []
    problems: list[str] = []
    if len(text) > MOST_LETTERS:
        problems.append(f"Searches are limited to {MOST_LETTERS:,} characters. The rest was ignored.")
    terms = 0
    for match in _TOKEN.finditer(text[:MOST_LETTERS].translate(_QUOTES)):
        part = _part(match, names, problems)
        terms += isinstance(part, Term)
        if part and (terms <= MOST_TERMS or isinstance(part, Words)):
            parts.append(part)
    if terms > MOST_TERMS:
        problems.append(f"Searches are limited to {MOST_TERMS} conditions. The rest was ignored.")
    return Parsed(tuple(parts), tuple(dict.fromkeys(problems)))


def write(parts: Iterable[Words | Term]) -> str:
    """Return the parts as text that ``parse`` splits into the same parts."""
    return " ".join(map(str, parts))


def _part(match: re.Match[str], names: Collection[str], problems: list[str]) -> Words | Term | None:
    name, quoted, plain = match["name"] or "", match["quoted"], match["plain"]
    value, is_exact, is_excluded = (quoted or plain or "").strip(), quoted is not None, bool(match["no"])
    known = name.lower()
    if known in names and value:
        return Term(known, value, is_excluded)
    if known in names or (not name and value[:-1].lower() in names and value.endswith(":")):
        problems.append(f"“{known or value[:-1].lower()}:” needs a value right after the colon.")
        return None
    if not name:
        return Words(value, is_exact, is_excluded) if value else None
    if not value.startswith("//"):
        problems.append(
            f"“{known}:” is not an operator, so it was searched for as a word. "
            f"Operators: {', '.join(f'{each}:' for each in names)}."
        )
    text = f"{name} {value}".strip() if is_exact else f"{name}:{value}"
    return Words(text, is_exact, is_excluded)
