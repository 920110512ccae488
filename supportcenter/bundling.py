"""Join the small files in ``static/`` into one style sheet and one script (decision 18).

Each script becomes a function that returns its exports, so names in one don't clash with names in another.
Our scripts use two forms only: ``import { name } from "./other.js";`` and ``export`` before a ``const`` or
a ``function``. Any other form raises an error when static files are collected.
"""

import re
from collections.abc import Mapping

from rjsmin import jsmin
from tinycss2.serializer import serialize
from tinycss2.tokenizer import parse_component_value_list

IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./([\w-]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|function|async function) (\w+))", re.MULTILINE)
OTHER_FORM = re.compile(r"^\s*(?:import|export)\b.*|\bimport\s*[(.]", re.MULTILINE)
RELATIVE_URL = re.compile(r"""url\((?!["']?(?:data:|\.\./))|@import""")


class BundleError(Exception):
    """A file can't be part of a bundle."""


def bundle_styles(sources: Mapping[str, str]) -> str:
    """Return one style sheet without comments, for a folder beside ``css/``."""
    for name, css in sources.items():
        if found := RELATIVE_URL.search(css):
            raise BundleError(f"{name}: {found[0]!r} would point elsewhere from the bundle")
    return serialize(parse_component_value_list("".join(sources.values()), skip_comments=True))


def bundle_scripts(sources: Mapping[str, str]) -> str:
    """Return one minified module that runs the scripts in this order."""
    earlier: set[str] = set()
    functions = []
    for name, source in sources.items():
        for _, imported in IMPORT.findall(source):
            if imported not in earlier:
                raise BundleError(f"{name} imports {imported}, which must come before it")
        functions.append(_function(name, source))
        earlier.add(name)
    return jsmin("const $ = {};\n" + "".join(functions))


def _function(name: str, source: str) -> str:
    """Return a script as a function call. Like a module, one that fails doesn't stop the others."""
    body = IMPORT.sub(r'const { \1 } = $["\2"];', source)
    exported = EXPORT.findall(body)
    body = EXPORT.sub("", body)
    if found := OTHER_FORM.search(body):
        raise BundleError(f"{name}: can't bundle {found[0].strip()!r}")
    return (
        f'try {{ $["{name}"] = (() => {{\n{body}\nreturn {{ {", ".join(exported)} }};\n}})(); }} '
        "catch (error) { reportError(error); }\n"
    )
