"""``@fay`` in notes. The handle is what stands before the @ of a colleague's login. Pure."""

import re

# Not inside a word, an address or a path.
_MENTION = re.compile(r"(?<![\w@./+-])@([a-z0-9](?:[\w.+-]*[a-z0-9_])?)(?![\w@])", re.IGNORECASE)


def handle_of(email: str) -> str:
    """What a colleague is called in notes."""
    return email.partition("@")[0].lower()


def called_in(words: str) -> list[str]:
    """The handles that a running text calls."""
    return [handle.lower() for handle in _MENTION.findall(words)]


def pieces(text: str, handles: frozenset[str]) -> list[tuple[str, bool]]:
    """A running text in pieces, and of each whether it calls one of these handles."""
    found: list[tuple[str, bool]] = []
    end = 0
    for match in _MENTION.finditer(text):
        if match[1].lower() in handles:
            found += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return [*found, (text[end:], False)]
