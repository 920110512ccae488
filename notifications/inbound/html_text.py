"""The HTML of a mail as Markdown: a small, safe subset. Pure.

Nothing of the HTML itself is kept, so nothing of it can run or load anything. Images in the mail become
``[image]`` with their description. Quotes are marked with ``>``, however a program wrote them.
"""

import re
from html import unescape
from html.parser import HTMLParser

import nh3

_SKIPPED = {
    "script",
    "style",
    "title",
    "noscript",
    "template",
    "object",
    "embed",
    "iframe",
    "svg",
    "math",
    "select",
    "textarea",
    "button",
    "audio",
    "video",
    "canvas",
    "map",
}
_BLOCKS = {
    "p",
    "div",
    "section",
    "article",
    "header",
    "main",
    "aside",
    "table",
    "tr",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "form",
    "fieldset",
    "address",
    "center",
    "figure",
    "figcaption",
    "hr",
    "pre",
    "blockquote",
    "li",
    "body",
}
_APART = {"p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "dl"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source", "track"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_MARKS = {
    "b": "**",
    "strong": "**",
    "i": "_",
    "em": "_",
    "code": "`",
    "tt": "`",
    "kbd": "`",
    "samp": "`",
    "s": "~~",
    "del": "~~",
    "strike": "~~",
}
_TAGS = (_BLOCKS | set(_MARKS) | {"a", "br", "img", "td", "th", "tbody", "thead", "span"}) - _SKIPPED
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}}
_LINK = re.compile(r"(https?://|mailto:)[^\s<>\"']{1,2000}", re.IGNORECASE)
MOST_DEPTH = 30
MOST_TAGS = 10_000
MOST_QUOTES = 500
_TAG = re.compile(r"<[^<>]{0,2000}>")


def to_markdown(html: str) -> str:
    """Return the text of an HTML mail.

    Of one with so many tags that reading them would take long, only the words.
    """
    if html.count("<") > MOST_TAGS or html.lower().count("<blockquote") > MOST_QUOTES:
        return unescape(_TAG.sub(" ", html)).strip()
    reader = _Reader()
    # The standard library's reader takes quadratic time for tags that don't end; this one repairs them.
    reader.feed(
        nh3.clean(
            html.replace("\0", ""),
            tags=_TAGS,
            clean_content_tags=_SKIPPED,
            attributes=_ATTRIBUTES,
            link_rel=None,
            url_schemes={"http", "https", "mailto", "cid"},
        )
    )
    reader.close()
    return reader.result()


class _Reader(HTMLParser):
    """Writes lines. Each carries the depth of quotes in force when it began."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line = ""
        self.is_apart = False
        self.preformatted = 0
        self.quotes = 0
        self.lists: list[int] = []
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self._break(apart=tag in _APART and not self.lists)
            self._open_block(tag)
        elif tag == "br":
            self._end_line()
        elif tag in {"td", "th"} and self.line.strip():
            self.line += " | "
        elif tag == "img":
            self._image(values)
        elif tag == "a" and len(self.links) < MOST_DEPTH:
            self.links.append((values.get("href", "").strip(), len(self.line)))
        elif tag in _MARKS and not self.preformatted:
            self.line += _MARKS[tag]

    def _open_block(self, tag: str) -> None:
        if tag == "hr":
            self.line = "---"
            self._break()
        elif tag == "blockquote":
            self.quotes = min(self.quotes + 1, MOST_DEPTH)
        elif tag == "pre":
            self.preformatted += 1
        elif tag in {"ul", "ol"}:
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag in _HEADINGS:
            self.line = "#" * int(tag[1]) + " "

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if tag == "a" and self.links:
            self._close_link()
        elif tag in _MARKS and not self.preformatted:
            self._close_mark(_MARKS[tag])
        if tag in _BLOCKS:
            self._break(apart=tag in _APART and not self.lists)
        if tag == "blockquote":
            self.quotes = max(self.quotes - 1, 0)
        elif tag == "pre":
            self.preformatted = max(self.preformatted - 1, 0)
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()

    def handle_data(self, data: str) -> None:
        if self.preformatted:
            first, *others = data.replace("\r\n", "\n").split("\n")
            self.line += first
            for each in others:
                self._end_line()
                self.line = each
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", data)
        self.line += text.lstrip(" ") if not self.line or self.line.endswith(" ") else text

    def _item(self) -> None:
        if not self.lists:
            self.line = "- "
            return
        depth = len(self.lists) - 1
        if self.lists[-1] >= 0:
            self.lists[-1] += 1
        number = self.lists[-1]
        self.line = "  " * min(depth, MOST_DEPTH) + (f"{number}. " if number > 0 else "- ")

    def _image(self, values: dict[str, str]) -> None:
        if values.get("width") in {"0", "1"} or values.get("height") in {"0", "1"}:
            return  # a pixel that tells when a mail is opened
        words = " ".join(values.get("alt", "").split())[:80]
        self.line += (
            f"[image: {words}]" if words else "[image]" if values.get("src", "").startswith("cid:") else ""
        )

    def _close_link(self) -> None:
        target, start = self.links.pop()
        if not _LINK.fullmatch(target):
            return
        label = self.line[start:].strip()
        bare = target.removeprefix("mailto:")
        if not label:
            return
        if label.rstrip("/") in {bare, target.rstrip("/"), bare.partition("://")[2].rstrip("/")}:
            self.line = self.line[:start] + (bare if "://" not in bare else target)
        else:
            self.line = f"{self.line[:start]}{label} ({bare})"

    def _close_mark(self, mark: str) -> None:
        if self.line.endswith(mark):
            self.line = self.line[: -len(mark)]  # nothing was in it
        elif self.line.count(mark) % 2:
            stripped = self.line.rstrip(" ")
            self.line = stripped + mark + " " * (len(self.line) - len(stripped))

    def _break(self, *, apart: bool = False) -> None:
        """End the line, unless nothing is on it; ``apart`` puts an empty line before the next one."""
        if self.line.strip():
            self._end_line()
        self.line = ""
        self.is_apart = self.is_apart or apart

    def _end_line(self) -> None:
        prefix = "> " * self.quotes
        if self.is_apart and self.lines and self.lines[-1].strip(" >"):
            self.lines.append(prefix.rstrip())
        self.is_apart = False
        text = self.line.rstrip().replace("\u00a0", " ")
        self.lines.append((prefix + text).rstrip() if prefix else text)
        self.line = ""

    def result(self) -> str:
        if self.line.strip():
            self._end_line()
        text = "\n".join(self.lines)
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n").rstrip()
