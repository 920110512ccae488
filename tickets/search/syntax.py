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
# What code has and a search doesn't: signs of a shell, a path, an option of one letter, a long one, one with
# a value as in -Xmx4g or -Dkey=value, one before a file, a command at the beginning.
_CODE = re.compile(
    r"""[][|;`${}=\n] | && | [0-9]:[0-9] | (?<!\S)(?:[~.]?/ | \.{1,2}(?!\S) | [<>](?!\S)
    | -(?: -[^\W_] | [^\W_](?!\S) | [A-Z][a-z](?!\S) | X[a-z] | [A-Z][A-Za-z]*[0-9] | [\w.-]*[:+/@]
         | [\w-]+[ ]\S+[./][A-Za-z]))
    | ^(?:awk|cat|chmod|chown|cp|curl|df|dig|du|find|grep|journalctl|keytool|kubectl|ls|mount|mv|nc|netstat
         |nslookup|openssl|pg_dump|pg_restore|ping|ps|psql|redis-cli|rm|scp|sed|ss|ssh|sudo|systemctl|tail|tar
         |telnet|valkey-cli)(?!\S)
    | ^(?:docker|git|helm|npm|pip|podman)[ ][a-z]+[ ]-""",
    re.VERBOSE,
)
# What can be excluded without quotes wherever it stands.
_PLAIN = re.compile(r"[^\W_]{2,}")
_QUOTES = str.maketrans("“”„«»\0", '""""" ')


@dataclass(frozen=True)
class Words:
    """A word to search for; if exact, a word or phrase just as it is typed. Or what to exclude."""

    text: str
    is_exact: bool = False
    is_excluded: bool = False

    def __str__(self) -> str:
        if self.is_excluded:
            return f"-{self.text}" if _PLAIN.fullmatch(self.text) else f'-"{self.text}"'
        return f'"{self.text}"' if self.is_exact else self.text


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
    text = text[:MOST_LETTERS].translate(_QUOTES)
    is_literal = _is_pasted(text, names)
    for match in _TOKEN.finditer(text):
        may_exclude = match["quoted"] is not None or (bool(parts) and not is_literal)
        is_apart = not match.start() or text[match.start() - 1].isspace()
        part = _part(match, names, problems, excludes=may_exclude and is_apart)
        terms += isinstance(part, Term)
        if part and (terms <= MOST_TERMS or isinstance(part, Words)):
            parts.append(part)
    if terms > MOST_TERMS:
        problems.append(f"Searches are limited to {MOST_TERMS} conditions. The rest was ignored.")
    return Parsed(tuple(parts), tuple(dict.fromkeys(problems)))


def _is_pasted(text: str, names: Collection[str]) -> bool:
    """Return whether a search is a command or a line of code, in which a minus is just a minus.

    Quoted phrases, and conditions with operators of these ``names``, say nothing about the rest.
    """
    typed = [
        match[0]
        for match in _TOKEN.finditer(text)
        if match["quoted"] is None and (match["name"] or "").lower() not in names
    ]
    return "\n" in text or bool(_CODE.search(" ".join(typed)))


def write(parts: Iterable[Words | Term]) -> str:
    """Return the parts as text that ``parse`` splits into the same parts."""
    parts = list(parts)
    excluded = [part for part in parts if isinstance(part, Words) and part.is_excluded]
    typed = " ".join(str(part) for part in parts if isinstance(part, Words) and not part.is_exact)
    # Where a bare minus would exclude nothing, one before a quote does.
    quotes = bool(excluded) and (parts[0] == excluded[0] or bool(_CODE.search(typed)))
    return " ".join(f'-"{part.text}"' if quotes and part in excluded else str(part) for part in parts)


def _part(
    match: re.Match[str], names: Collection[str], problems: list[str], *, excludes: bool
) -> Words | Term | None:
    name, quoted, plain = match["name"] or "", match["quoted"], match["plain"]
    value, is_exact, is_excluded = (quoted or plain or "").strip(), quoted is not None, bool(match["no"])
    known = name.lower()
    if known in names and value:
        return Term(known, value, is_excluded)
    if known in names or (not name and value[:-1].lower() in names and value.endswith(":")):
        problems.append(f"“{known or value[:-1].lower()}:” needs a value right after the colon.")
        return None
    if not name:
        return _words(value, is_exact, is_excluded, excludes) if value else None
    if not value.startswith(("//", "\\")):
        problems.append(
            f"“{known}:” is not an operator, so it was searched for as a word. "
            f"Operators: {', '.join(f'{each}:' for each in names)}."
        )
    text = f"{name} {value}".strip() if is_exact else f"{name}:{value}"
    return _words(text, is_exact, is_excluded, excludes)


def _words(text: str, is_exact: bool, has_minus: bool, excludes: bool) -> Words:
    if has_minus and excludes:
        return Words(text, is_excluded=True)
    return Words(f"-{text}", is_exact=True) if has_minus and not is_exact else Words(text, is_exact)
