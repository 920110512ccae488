"""Markdown to safe HTML. The sanitizer runs last; nothing changes its output."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


# What precedes the @ of a login, or all of it. Not inside a word, an address or a path.
_NAME = r"[a-z0-9](?:[\w.+-]*[a-z0-9_])?"
MENTION = re.compile(rf"(?<![\w@./+-])@({_NAME}(?:@{_NAME})?)(?![\w@])", re.IGNORECASE)


def pieces(text: str, handles: frozenset[str]) -> list[tuple[str, bool]]:
    """Split a text into pieces, each with whether it is a mention of one of these handles."""
    found: list[tuple[str, bool]] = []
    end = 0
    for match in MENTION.finditer(text):
        if match[1].lower() in handles:
            found += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return [*found, (text[end:], False)]


def _lower_headings(state: StateCore) -> None:
    """Keep headings below those of the page: # becomes h4."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 3)}"


def _mark_mentions(state: StateCore) -> None:
    """Highlight the handles in ``env["mentions"]``, but not inside links or quoted text."""
    handles: frozenset[str] = state.env.get("mentions", frozenset())
    depth = 0
    for token in state.tokens if handles else []:
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if depth == 0 and token.type == "inline":
            token.children = list(_with_mentions(token.children or [], handles))


def _with_mentions(children: Sequence[Token], handles: frozenset[str]) -> Iterator[Token]:
    links = 0
    for child in children:
        links += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type != "text" or links:
            yield child
            continue
        for text, is_mention in pieces(child.content, handles):
            if is_mention:
                yield Token("strong_open", "strong", 1, attrs={"class": "mention"})
            yield Token("text", "", 0, content=text)
            if is_mention:
                yield Token("strong_close", "strong", -1)


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True})
_markdown.enable(["table", "strikethrough", "linkify"])
_markdown.core.ruler.push("lower_headings", _lower_headings)
_markdown.core.ruler.push("mentions", _mark_mentions)


def parse(text: str) -> list[Token]:
    """A comment as Markdown tokens, read exactly as it is shown."""
    return _markdown.parse(text)


@lru_cache(maxsize=1000)
def to_html(text: str, mentions: frozenset[str] = frozenset()) -> str:
    """HTML for a comment written in Markdown; safe to show as it is. ``mentions`` are highlighted."""
    return nh3.clean(
        _markdown.render(text, {"mentions": mentions}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes={"strong": {"mention"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
        # They scroll when they are wide, and so must be in reach of the keyboard.
        set_tag_attribute_values={"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}},
    )
