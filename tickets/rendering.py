"""Markdown to safe HTML. The sanitiser has the last word; nothing is changed after it."""

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


def _lower_headings(state: StateCore) -> None:
    """Keep headings below those of the page: # becomes h4."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 3)}"


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True})
_markdown.enable(["table", "strikethrough", "linkify"])
_markdown.core.ruler.push("lower_headings", _lower_headings)


def parse(text: str) -> list[Token]:
    """A comment as Markdown tokens, read exactly as it is shown."""
    return _markdown.parse(text)


@lru_cache(maxsize=1000)
def to_html(text: str) -> str:
    """HTML for a comment written in Markdown; safe to show as it is."""
    return nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
        # They scroll when they are wide, and so must be in reach of the keyboard.
        set_tag_attribute_values={"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}},
    )
