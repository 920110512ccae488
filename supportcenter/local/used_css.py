"""Reduce a style sheet to the rules that the site can use (`make vendor`).

A rule stays unless its selector names a class or a data attribute that occurs nowhere in our sources, not
even as a word of a text or a comment. That keeps too much rather than too little, and finds classes that are
put together in Python or in scripts. Custom properties and animations that nothing uses go too.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tinycss2.ast import AtRule, Node, QualifiedRule
from tinycss2.parser import parse_blocks_contents, parse_rule_list
from tinycss2.serializer import serialize

SOURCES = ["templates/**/*.*", "static/css/*.css", "static/js/*.js", "supportcenter/*.py"]
SOURCES += [f"{app}/**/*.py" for app in ("orgs", "billing", "tickets", "notifications")]
CLASS = re.compile(r"\.((?:\\.|[\w-])+)")
DATA_ATTRIBUTE = re.compile(r"\[(data-[\w-]+)")
CONDITIONAL = {"media", "supports", "layer", "container"}


def words_of(root: Path) -> set[str]:
    """Return all words in the sources that can name a class: templates, styles, scripts and Python."""
    paths = [path for pattern in SOURCES for path in root.glob(pattern)]
    return {word for path in paths for word in _words(path.read_text("utf-8"))}


def class_names(css: str) -> set[str]:
    """Return the classes in the selectors of a style sheet."""
    return {_plain(name) for selector in _selectors(_rules(css)) for name in CLASS.findall(selector)}


def used_css(css: str, words: set[str]) -> str:
    """Return the rules that can apply to our pages, if these are all the words in our sources."""
    kept = _serialize(_rules(css), words, _properties(css))
    animations = {
        word for value in re.findall(r"animation(?:-name)?:([^;}]*)", kept) for word in _words(value)
    }
    frames = r"@(?:-webkit-)?keyframes ([\w-]+)\s*\{(?:[^{}]*\{[^{}]*\})*\s*\}"
    kept = re.sub(frames, lambda match: match[0] if match[1] in animations | words else "", kept)
    while True:  # a property that goes may have been the last one to read another
        used = words | set(re.findall(r"var\(\s*(--[\w-]+)", kept))
        less = _serialize(_rules(kept), words, used)
        if less == kept:
            return kept
        kept = less


def _properties(css: str) -> set[str]:
    return set(re.findall(r"--[\w-]+", css))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w-]+", text)


def _rules(css: str) -> list[Node]:
    return parse_rule_list(css, skip_comments=True, skip_whitespace=True)


def _inner(rule: AtRule) -> list[Node]:
    """Return the rules inside an at-rule such as ``@media``."""
    if rule.lower_at_keyword not in CONDITIONAL or rule.content is None:
        return []
    return parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)


def _selectors(rules: Iterable[Node]) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            yield from _split(serialize(rule.prelude))
        elif isinstance(rule, AtRule):
            yield from _selectors(_inner(rule))


def _serialize(rules: Iterable[Node], words: set[str], properties: set[str]) -> str:
    """Return the rules whose selectors can match, without custom properties other than these."""
    parts = []
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            kept = [each for each in _split(serialize(rule.prelude)) if _can_match(each, words)]
            body = _declarations(rule, properties) if kept else ""
            parts.append(f"{','.join(kept)}{{{body}}}" if body else "")
        elif isinstance(rule, AtRule) and rule.lower_at_keyword in CONDITIONAL and rule.content is not None:
            inside = _serialize(_inner(rule), words, properties)
            parts.append(f"@{rule.at_keyword}{serialize(rule.prelude)}{{{inside}}}" if inside else "")
        else:
            parts.append(rule.serialize())
    return "".join(parts)


def _declarations(rule: QualifiedRule, properties: set[str]) -> str:
    nodes = parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    names = [getattr(node, "name", "") for node in nodes]
    return ";".join(
        node.serialize().rstrip(";")
        for node, name in zip(nodes, names, strict=True)
        if not name.startswith("--") or name in properties
    )


def _split(selectors: str) -> list[str]:
    """Return the selectors of a list; a comma inside parentheses or brackets doesn't end one."""
    commas = [part for part in re.split(r"(,|[(\[]|[)\]])", selectors.strip()) if part]
    result, depth = [""], 0
    for part in commas:
        depth += (part in "([") - (part in ")]")
        if part == "," and not depth:
            result.append("")
        else:
            result[-1] += part
    return result


def _can_match(selector: str, words: set[str]) -> bool:
    required = re.sub(r":not\([^()]*\)", "", selector)
    return all(_plain(name) in words for name in CLASS.findall(required) + DATA_ATTRIBUTE.findall(required))


def _plain(name: str) -> str:
    return name.replace("\\", "")
