"""What somebody types into a search: words, phrases, and operators like ``org:acme``. Pure.

Nothing that can be typed is an error. What is not understood is said, and looked for as words.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_TOKEN = re.compile(r'(?P<no>-)?(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')
_QUOTES = str.maketrans("“”„«»\0", '""""" ')


@dataclass(frozen=True)
class Words:
    """Something to look for: a word, or words that stand next to each other; or to leave out."""

    text: str
    is_exact: bool = False
    is_excluded: bool = False

    def __str__(self) -> str:
        sign = "-" if self.is_excluded else ""
        return f'{sign}"{self.text}"' if self.is_exact else f"{sign}{self.text}"


@dataclass(frozen=True)
class Term:
    """A condition: an operator's name with its value; or one that must not hold."""

    name: str
    value: str
    is_excluded: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{'-' if self.is_excluded else ''}{self.name}:{value}"


@dataclass(frozen=True)
class Parsed:
    """A search taken apart, in the order in which it was typed, and what was not understood."""

    parts: tuple[Words | Term, ...]
    problems: tuple[str, ...] = ()

    @property
    def words(self) -> list[Words]:
        return [part for part in self.parts if isinstance(part, Words)]

    @property
    def terms(self) -> list[Term]:
        return [part for part in self.parts if isinstance(part, Term)]


def parse(text: str, names: Collection[str]) -> Parsed:
    """The search in parts; ``names`` are the operators that there are."""
    parts: list[Words | Term] = []
    problems: list[str] = []
    for match in _TOKEN.finditer(text.translate(_QUOTES)):
        part = _part(match, names, problems)
        if part:
            parts.append(part)
    return Parsed(tuple(parts), tuple(dict.fromkeys(problems)))


def write(parts: Iterable[Words | Term]) -> str:
    """The parts as somebody could type them; ``parse`` takes it apart into the same."""
    return " ".join(map(str, parts))


def _part(match: re.Match[str], names: Collection[str], problems: list[str]) -> Words | Term | None:
    name, quoted, plain = match["name"] or "", match["quoted"], match["plain"]
    value, is_exact, is_excluded = (quoted or plain or "").strip(), quoted is not None, bool(match["no"])
    known = name.lower()
    if known in names and value:
        return Term(known, value, is_excluded)
    if known in names or (not name and value[:-1].lower() in names and value.endswith(":")):
        problems.append(f"“{known or value[:-1].lower()}:” needs a value right behind the colon.")
        return None
    if not name:
        return Words(value, is_exact, is_excluded) if value else None
    if not value.startswith("//"):
        problems.append(
            f"“{known}:” is no operator; it was looked for as a word. "
            f"There are {', '.join(f'{each}:' for each in names)}."
        )
    text = f"{name} {value}".strip() if is_exact else f"{name}:{value}"
    return Words(text, is_exact, is_excluded)
