"""`make docs`: writes docs/configuration.md from the comments in the settings.

Every `env.<type>("NAME", default=…)` in supportcenter/settings.py is one variable. The comment block right
above its statement says what it means, the nearest `# --- Section ---` above is the table it stands in.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile

from supportcenter.local.layout import CHECKOUT

SOURCE = CHECKOUT / "supportcenter" / "settings.py"
TARGET = CHECKOUT / "docs" / "configuration.md"
SECTION = re.compile(r"# --- (.+) ---")
TYPES = {"str": "text", "bool": "`True` or `False`", "int": "whole number", "list": "list with commas"}
TYPES |= {"json": "JSON", "db_url": "URL", "email_url": "URL"}
INTRODUCTION = """\
# Configuration

Made from `supportcenter/settings.py` by `make docs`; `make check` fails when the two differ. To change this
page, change the comments there.

All settings are environment variables. They may also stand in the file that `ENV_FILE` names; the environment
wins over the file. A required variable that is missing stops the start with its name. `make run` sets what is
required by itself ([development.md](development.md)); a deployment has to ([operations.md](operations.md)).
"""


@dataclass(frozen=True)
class Variable:
    """One variable, as the page shows it."""

    name: str
    section: str
    meaning: str
    type: str
    default: str


def variables(source: str) -> list[Variable]:
    """All variables of the settings, in their order."""
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
    """The calls like `env.str("NAME")` in a statement, with their type."""
    for node in ast.walk(statement):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="env"), attr=kind)):
                yield kind, node


def comment_above(lines: list[str], number: int) -> str:
    """The comment block that ends right above a line (counted from 1)."""
    above = reversed(lines[: number - 1])
    block = takewhile(lambda line: line.startswith("#") and not SECTION.fullmatch(line), above)
    return " ".join(line.removeprefix("#").strip() for line in reversed(list(block)))


def section_at(lines: list[str], number: int) -> str:
    found = [match[1] for line in lines[:number] if (match := SECTION.fullmatch(line))]
    return found[-1] if found else "Where variables come from"


def default_of(call: ast.Call) -> str:
    """The default for people: paths from the checkout on, texts with their variables in braces."""
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


def page(source: str) -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for section, rows in groupby(variables(source), key=lambda each: each.section):
        parts.append(f"\n## {section}\n\n| Variable | Meaning | Type | Default |\n|---|---|---|---|\n")
        parts += [f"| `{row.name}` | {row.meaning} | {row.type} | {row.default} |\n" for row in rows]
    return "".join(parts)


def main() -> int:
    """Write the page; with `--check` only say whether it is up to date."""
    wanted = page(SOURCE.read_text("utf-8"))
    if "--check" not in sys.argv:
        TARGET.write_text(wanted, "utf-8")
    elif not TARGET.exists() or TARGET.read_text("utf-8") != wanted:
        print("docs/configuration.md is out of date: run make docs", file=sys.stderr)
        return 1
    return 0
