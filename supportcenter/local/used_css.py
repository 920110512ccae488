"""Reduce a style sheet to the rules that the site can use (``make vendor``).

A rule stays unless its selector names a class or a data attribute that occurs nowhere in our sources, not
even as a word in a text or a comment. That keeps more than needed, but never too little: a class counts
wherever its name is written, in a template, a script or Python.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from tinycss2 import parse_rule_list, serialize
from tinycss2.ast import Node

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
        if rule.type == "qualified-rule":
            selectors = []
            for selector in _split(rule.prelude):
                missing = set(_names(selector)) - words
                left_out |= missing
                if not missing:
                    selectors.append(serialize(selector))
            if selectors:
                kept.append(f"{','.join(selectors)}{{{serialize(rule.content)}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in {"media", "supports"}:
            if inside := _used(rule.content, words, left_out):
                kept.append(f"@{rule.at_keyword}{serialize(rule.prelude)}{{{inside}}}")
        else:
            kept.append(rule.serialize())
    return "".join(kept)


def _split(prelude: Iterable[Node]) -> list[list[Node]]:
    """Return the selectors of a list. Commas inside parentheses are in nested nodes."""
    selectors: list[list[Node]] = [[]]
    for node in prelude:
        if node == ",":
            selectors.append([])
        else:
            selectors[-1].append(node)
    return selectors


def _names(selector: list[Node]) -> Iterator[str]:
    """Yield the classes and data attributes that an element must have; ``:not(…)`` and the like don't count."""
    for before, node in pairwise([None, *selector]):
        if node.type == "ident" and before == ".":
            yield node.value
        elif node.type == "[] block" and node.content[0].value.startswith("data-"):
            yield node.content[0].value
