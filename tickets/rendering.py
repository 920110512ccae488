"""Markdown to safe HTML. The sanitizer runs last; nothing changes its output."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import nh3
from linkify_it.main import LinkifyIt, Match
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


# What precedes the @ of a login, or all of it. Not inside a word, an address or a path.
_NAME = r"[a-z0-9](?:[\w.+-]*[a-z0-9_])?"
MENTION = re.compile(rf"(?<![\w@./+-])@({_NAME}(?:@{_NAME})?)(?![\w@])", re.IGNORECASE)

# To find the end of a link can take quadratic time, so a longer text without blanks is not one.
LONGEST_LINK = 1000
_WORD = re.compile(r"\S+")
# A scheme at the end of a text, and not of a longer word.
_SCHEME = re.compile(r"(?<![a-z0-9.+-])(?:https?|ftp)$", re.IGNORECASE)


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


class _Linkify(LinkifyIt):
    """The library, without its own form for labels like ``xn--p1ai``.

    The form for all labels takes them too, and to try both for each label takes exponential time.
    """

    def _on_compile(self) -> None:
        general = self.re["src_domain"].replace(f"{self.re['src_xn']}|", "", 1)
        self.re = {name: part.replace(self.re["src_domain"], general) for name, part in self.re.items()}


_linkify = _Linkify()


def _link_url(state: StateInline, silent: bool) -> bool:
    """Link a URL, as the library's own rule does, which for each one reads the whole text."""
    if state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    after = state.src[state.pos : state.pos + LONGEST_LINK]
    length = scheme and _linkify.test_schema_at(after, f"{scheme[0]}:", 1)
    if not scheme or not length:
        return False
    after = after[: 1 + length].rstrip("*")  # they may end emphasis
    url = state.md.normalizeLink(scheme[0] + after)
    if not state.md.validateLink(url):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        state.push("link_open", "a", 1).attrs = {"href": url}
        state.push("text", "", 0).content = state.md.normalizeLinkText(scheme[0] + after)
        state.push("link_close", "a", -1)
    state.pos += len(after)
    return True


def _link_words(state: StateCore) -> None:
    """Link addresses without a scheme, as the library's own rule does, which takes quadratic time."""
    for token in state.tokens:
        if token.type == "inline" and _linkify.pretest(token.content):
            token.children = list(_with_links(token.children or [], state.md))


def _with_links(children: Sequence[Token], parser: MarkdownIt) -> Iterator[Token]:
    links, before = 0, ""
    for child in children:
        links += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type != "text" or links:
            yield child
        else:
            yield from _linked(child.content, parser, is_escaped=before == "text_special")
        before = child.type


def _linked(text: str, parser: MarkdownIt, *, is_escaped: bool) -> Iterator[Token]:
    end = 0
    for start, link in _links_in(text):
        url = parser.normalizeLink(link.url)
        if not parser.validateLink(url) or (start == 0 and is_escaped):
            continue
        yield Token("text", "", 0, content=text[end:start])
        yield Token("link_open", "a", 1, attrs={"href": url})
        yield Token("text", "", 0, content=link.text)
        yield Token("link_close", "a", -1)
        end = start + len(link.raw)
    yield Token("text", "", 0, content=text[end:])


def _links_in(text: str) -> Iterator[tuple[int, Match]]:
    """Yield each link in a text with its position. Links hold no blanks, so that each word is read alone."""
    for word in _WORD.finditer(text):
        if len(word[0]) <= LONGEST_LINK and ("." in word[0] or ":" in word[0]):
            for link in _linkify.match(word[0]) or []:
                yield word.start() + link.index, link


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True})
_markdown.enable(["table", "strikethrough", "linkify"])
_markdown.inline.ruler.at("linkify", _link_url)
_markdown.core.ruler.at("linkify", _link_words)
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
