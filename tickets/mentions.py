"""Find ``#escalate`` in what a customer wrote and ``@fay`` in internal notes. Pure."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from tickets.rendering import MENTION, parse


def handle_of(email: str) -> str:
    """What a colleague is called in notes."""
    return email.partition("@")[0].lower()


def called_in(words: str) -> list[str]:
    """The handles that a running text calls."""
    return [handle.lower() for handle in MENTION.findall(words)]


# A token of its own: not part of a longer word, a heading mark, an address or another tag.
_TOKEN = re.compile(r"(?<![\w#&/.@-])#escalate(?![\w/@-])", re.IGNORECASE)


# Everything from the usual mark of a signature on (RFC 3676, section 4.3; many programs drop its space).
_SIGNATURE = re.compile(r"^-- ?$.*", re.MULTILINE | re.DOTALL)


def asks_to_escalate(text: str) -> bool:
    """Whether a customer's own words hold ``#escalate``."""
    return any(_TOKEN.search(words) for words in own_words(text))


def handles_in(text: str) -> list[str]:
    """The handles that a note calls, each once."""
    return list(dict.fromkeys(handle for words in own_words(text) for handle in called_in(words)))


def own_words(text: str) -> Iterator[str]:
    """Yield what a text says in its author's own words, by paragraph.

    Quoted text, code, links and the signature are not their own words.
    """
    own = _SIGNATURE.sub("", text.replace("\r\n", "\n"))
    depth = 0
    for token in parse(own):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if depth == 0 and token.type == "inline":
            yield _plain(token.children or [])


def _plain(tokens: list[Token]) -> str:
    """The running text of a paragraph, with code and links left out."""
    depth = 0
    words = []
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and depth == 0:
            words.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            words.append("\n")
        elif token.type in {"code_inline", "link_open"}:
            words.append("/")  # what stands right beside code or a link is not a token of its own
    return "".join(words)
