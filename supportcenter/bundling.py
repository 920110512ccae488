"""Put the small files in `static/` together into one style sheet and one script (decision 18).

Each script becomes a function that returns what it exports, so names of one don't meet names of another. Our
scripts keep to two forms, ``import { name } from "./other.js";`` and ``export`` before a ``const`` or a
``function``. Any other one raises an error when static files are collected.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from rjsmin import jsmin
from tinycss2.ast import Comment, CurlyBracketsBlock, LiteralToken, Node, WhitespaceToken
from tinycss2.serializer import serialize
from tinycss2.tokenizer import parse_component_value_list

IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./([\w-]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|function|async function) (\w+))", re.MULTILINE)
OTHER_FORM = re.compile(r"^\s*(?:import|export)\b.*|\bimport\s*[(.]", re.MULTILINE)
RELATIVE_URL = re.compile(r"""url\((?!["']?(?:data:|\.\./))|@import""")


class BundleError(Exception):
    """A file that can't be part of a bundle."""


def bundle_styles(sources: Mapping[str, str]) -> str:
    """Return one minified style sheet, for a folder beside ``css/``; the files stay in this order."""
    for name, css in sources.items():
        if found := RELATIVE_URL.search(css):
            raise BundleError(f"{name}: {found[0]!r} would point elsewhere from the bundle")
    nodes = parse_component_value_list("".join(sources.values()), skip_comments=True)
    return serialize(_without_needless_space(nodes))


def _without_needless_space(nodes: Iterable[Node]) -> Iterator[Node]:
    """Keep one space where it can mean something: not at the edges of a block, a rule, a declaration."""
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, Comment):
            continue
        if isinstance(node, WhitespaceToken):
            node.value = " "
        for name in ("content", "arguments"):
            if hasattr(node, name) and getattr(node, name) is not None:
                setattr(node, name, list(_without_needless_space(getattr(node, name))))
        kept.append(node)
    for index, node in enumerate(kept):
        beside = (kept[index - 1] if index else None, kept[index + 1] if index + 1 < len(kept) else None)
        if not isinstance(node, WhitespaceToken) or not any(map(_separates, beside)):
            yield node


def _separates(node: Node | None) -> bool:
    is_mark = isinstance(node, LiteralToken) and node.value in {";", ","}
    return node is None or isinstance(node, CurlyBracketsBlock) or is_mark


def bundle_scripts(sources: Mapping[str, str]) -> str:
    """Return one minified module; each script runs once, after those it imports."""
    functions = "".join(_function(name, sources[name]) for name in _in_order(sources))
    return jsmin(f"const $ = {{}};\n{functions}")


def _in_order(sources: Mapping[str, str]) -> list[str]:
    """Return the names in their order, but imported scripts first."""
    order: list[str] = []

    def add(name: str, importers: tuple[str, ...]) -> None:
        if name in importers:
            raise BundleError(f"{' → '.join((*importers, name))}: imports in a circle")
        if name not in sources:
            raise BundleError(f"{importers[-1]} imports {name}, which is not in the bundle")
        if name not in order:
            for _, imported in IMPORT.findall(sources[name]):
                add(imported, (*importers, name))
            order.append(name)

    for name in sources:
        add(name, ())
    return order


def _function(name: str, source: str) -> str:
    """Return a script as a function call. An error in one is reported and does not stop the others."""
    body = IMPORT.sub(r'const { \1 } = $["\2"];', source)
    exported = EXPORT.findall(body)
    body = EXPORT.sub("", body)
    if found := OTHER_FORM.search(body):
        raise BundleError(f"{name}: {found[0].strip()!r} is not one of the forms that can be bundled")
    return (
        f'try {{ $["{name}"] = (() => {{\n{body}\nreturn {{ {", ".join(exported)} }};\n}})(); }} '
        "catch (error) { reportError(error); }\n"
    )
