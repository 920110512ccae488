"""Find ``#escalate`` in what a customer wrote and ``@fay`` in internal notes. Pure."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from tickets.rendering import MENTION, parse


def handle_of(email: str) -> str:
    """Return the handle by which notes mention an agent: what precedes the @ of their login."""
    return email.partition("@")[0].lower()


def mentions_in(words: str) -> list[str]:
    """Return the handles that a text mentions."""
    return [handle.lower() for handle in MENTION.findall(words)]


# A separate word: not part of a longer one, of a heading mark, an address or another tag.
_TOKEN = re.compile(r"(?<![\w#&/.@-])#escalate(?![\w/@-])", re.IGNORECASE)


# The usual separator of a signature (RFC 3676, section 4.3; many programs drop its space).
_SEPARATORS = {"--", "-- "}


def asks_to_escalate(text: str) -> bool:
    """Return whether a customer's own words contain ``#escalate``."""
    return any(_TOKEN.search(words) for words in own_words(text))


def handles_in(text: str) -> list[str]:
    """Return the handles that a note mentions, each once."""
    return list(dict.fromkeys(handle for words in own_words(text) for handle in mentions_in(words)))


def own_words(text: str) -> Iterator[str]:
    """Yield what a text says in its author's own words, by paragraph.

    Quoted text, code, links and the signature are not their own words.
    """
    depth = 0
    for token in parse(_without_signature(text)):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if depth == 0 and token.type == "inline":
            yield _plain(token.children or [])


def _without_signature(text: str) -> str:
    """Return the text before the first separator of a signature that is not part of code."""
    lines = text.replace("\r\n", "\n").split("\n")
    if _SEPARATORS.isdisjoint(lines):
        return text
    blocks = [token.map for token in parse("\n".join(lines)) if token.type in {"fence", "code_block"}]
    code = {number for block in blocks if block for number in range(*block)}
    ends = (number for number, line in enumerate(lines) if line in _SEPARATORS and number not in code)
    return "\n".join(lines[: next(ends, None)])


def _plain(tokens: list[Token]) -> str:
    """Return the text of a paragraph without code and links."""
    depth = 0
    words = []
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and depth == 0:
            words.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            words.append("\n")
        elif token.type in {"code_inline", "link_open"}:
            words.append("/")  # a word that touches code or a link is not a separate word
    return "".join(words)
