"""`make docs`: write docs/configuration.md from the comments in the settings.

Every `env.<type>("NAME", default=…)` in the settings is one variable. The comment right above it describes
it, and the nearest `# --- Section ---` above is the table in which it is listed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile

from supportcenter.local.layout import CHECKOUT

SOURCES = [CHECKOUT / "supportcenter" / "settings.py", CHECKOUT / "supportcenter" / "local" / "settings.py"]
TARGET = CHECKOUT / "docs" / "configuration.md"
SECTION = re.compile(r"# --- (.+) ---")
TYPES = {"str": "text", "bool": "`True` or `False`", "int": "integer", "list": "comma-separated list"}
TYPES |= {"json": "JSON", "db_url": "URL", "email_url": "URL"}
INTRODUCTION = """\
# Configuration

Generated from `supportcenter/settings.py` and `supportcenter/local/settings.py` by `make docs`; `make check`
fails when they differ. To change this page, change the comments there.

All settings are environment variables. They can also be set in the file that `ENV_FILE` names; the
environment overrides the file. If a required variable is missing, startup fails and names it. `make run` sets
the required ones itself ([development.md](development.md)); in a deployment, you set them
([operations.md](operations.md)).
"""


@dataclass(frozen=True)
class Variable:
    """One variable, as shown on the page."""

    name: str
    section: str
    meaning: str
    type: str
    default: str


def variables(source: str) -> list[Variable]:
    """Return all variables of a settings module, in order."""
    lines = source.splitlines()
    return [
        Variable(
            name=ast.literal_eval(call.args[0]),
            section=section_at(lines, statement.lineno),
            meaning=comment_above(lines, statement.lineno),
            type=TYPES[kind],
            default=default_of(call),
        )
        for statement in ast.parse(source).body
        for kind, call in env_calls(statement)
    ]


def env_calls(statement: ast.stmt) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls like `env.str("NAME")` in a statement, with their type."""
    for node in ast.walk(statement):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="env"), attr=kind)):
                yield kind, node


def comment_above(lines: list[str], number: int) -> str:
    """Return the comment that ends right above a line (counted from 1)."""
    above = reversed(lines[: number - 1])
    block = takewhile(lambda line: line.startswith("#") and not SECTION.fullmatch(line), above)
    return " ".join(line.removeprefix("#").strip() for line in reversed(list(block)))


def section_at(lines: list[str], number: int) -> str:
    found = [match[1] for line in lines[:number] if (match := SECTION.fullmatch(line))]
    return found[-1] if found else "Where variables come from"


def default_of(call: ast.Call) -> str:
    """Return the default for readers: paths relative to the checkout, f-strings with the names in braces."""
    match next((word.value for word in call.keywords if word.arg == "default"), None):
        case None:
            return "**required**"
        case ast.List(elts=[]):
            return "empty"
        case ast.Call(func=ast.Name(id="str"), args=[ast.BinOp() as path]):
            parts = [node.value for node in ast.walk(path) if isinstance(node, ast.Constant)]
            return f"`{'/'.join(map(str, reversed(parts)))}` in the checkout"
        case ast.JoinedStr(values=values):
            return f"`{''.join(map(shown, values))}`"
        case value:
            return f"`{ast.literal_eval(value)}`"


def shown(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return f"{{{ast.unparse(part.value).lstrip('_')}}}"
    return str(ast.literal_eval(part))


def page(sources: list[str]) -> str:
    """Return the page for the settings modules with these sources."""
    parts = [INTRODUCTION]
    found = [variable for source in sources for variable in variables(source)]
    for section, rows in groupby(found, key=lambda each: each.section):
        parts.append(f"\n## {section}\n\n| Variable | Meaning | Type | Default |\n|---|---|---|---|\n")
        parts += [f"| `{row.name}` | {row.meaning} | {row.type} | {row.default} |\n" for row in rows]
    return "".join(parts)


def main() -> int:
    """Write the page; with `--check`, only check that it is up to date."""
    wanted = page([source.read_text("utf-8") for source in SOURCES])
    if "--check" not in sys.argv:
        TARGET.write_text(wanted, "utf-8")
    elif not TARGET.exists() or TARGET.read_text("utf-8") != wanted:
        print("docs/configuration.md is out of date: run make docs", file=sys.stderr)
        return 1
    return 0
