"""Reduce a style sheet to the rules that the site can use (``make vendor``).

A rule stays unless its selector names a class or a data attribute that occurs nowhere in our sources, not
even as a word in a text or a comment. That keeps more than needed, but never too little: a class counts
wherever its name is written, in a template, a script or Python.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from tinycss2.ast import AtRule, IdentToken, LiteralToken, Node, QualifiedRule, SquareBracketsBlock
from tinycss2.parser import parse_rule_list
from tinycss2.serializer import serialize

SOURCES = ["templates/**/*.*", "static/css/*.css", "static/js/*.js", "supportcenter/*.py"]
SOURCES += [f"{app}/**/*.py" for app in ("orgs", "billing", "tickets", "notifications")]


def words_of(root: Path) -> set[str]:
    """Return all words in the sources that can name a class."""
    paths = [path for pattern in SOURCES for path in root.glob(pattern)]
    return {word for path in paths for word in re.findall(r"[\w-]+", path.read_text("utf-8"))}


def used_css(css: str, words: set[str]) -> tuple[str, set[str]]:
    """Return the rules that can match if these are all the words in our sources, and the names left out."""
    left_out: set[str] = set()
    return _used(css, words, left_out), left_out


def _used(css: str | list[Node], words: set[str], left_out: set[str]) -> str:
    kept = []
    for rule in parse_rule_list(css, skip_comments=True, skip_whitespace=True):
        if isinstance(rule, QualifiedRule):
            selectors = []
            for selector in _split(rule.prelude):
                missing = set(_names(selector)) - words
                left_out |= missing
                if not missing:
                    selectors.append(serialize(selector))
            if selectors:
                kept.append(f"{','.join(selectors)}{{{serialize(rule.content)}}}")
        elif isinstance(rule, AtRule) and rule.lower_at_keyword in {"media", "supports"}:
            if inside := _used(rule.content, words, left_out):
                kept.append(f"@{rule.at_keyword}{serialize(rule.prelude)}{{{inside}}}")
        else:
            kept.append(rule.serialize())
    return "".join(kept)


def _split(prelude: Iterable[Node]) -> list[list[Node]]:
    """Return the selectors of a list. Commas inside parentheses are in nested nodes."""
    selectors: list[list[Node]] = [[]]
    for node in prelude:
        if isinstance(node, LiteralToken) and node.value == ",":
            selectors.append([])
        else:
            selectors[-1].append(node)
    return selectors


def _names(selector: list[Node]) -> Iterator[str]:
    """Yield the classes and data attributes that an element must have, except those in ``:not(…)``."""
    for before, node in pairwise([None, *selector]):
        if isinstance(node, IdentToken) and isinstance(before, LiteralToken) and before.value == ".":
            yield node.value
        elif isinstance(node, SquareBracketsBlock):
            yield from (each.value for each in node.content[:1] if each.value.startswith("data-"))
