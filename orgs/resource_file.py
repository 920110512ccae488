"""The file of an organization's units, projects and services (docs/imports.md). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from orgs.csv_import import BadFile, Column, Problem, Row, identifier, read, words, yes_or_no

COLUMNS = [
    Column("unit", words(120)),
    Column("project", identifier(80)),
    Column("service", identifier(80)),
    Column("product", identifier(40)),
    Column("plan", words(60, may_be_empty=True)),
    Column("paid", yes_or_no),
    Column("early_availability", yes_or_no),
]


@dataclass(frozen=True)
class ServiceLine:
    """One service in the file, with its line number."""

    line: int
    unit: str
    project: str
    service: str
    product: str
    plan: str
    paid: bool
    early_availability: bool


def read_services(text: str) -> list[ServiceLine]:
    """Return the services in a file. Raises ``BadFile`` with all its problems by line."""
    rows = read(text, COLUMNS, once=["project", "service"])
    if problems := _in_two_units(rows):
        raise BadFile(problems)
    return [ServiceLine(row.line, **row.values) for row in rows]


def _in_two_units(rows: Sequence[Row]) -> list[Problem]:
    first: dict[str, Row] = {}
    problems = []
    for row in rows:
        before = first.setdefault(row.values["project"], row)
        if before.values["unit"] != row.values["unit"]:
            unit = before.values["unit"]
            text = f"project {row.values['project']} is in unit {unit} on line {before.line}."
            problems.append(Problem(row.line, text))
    return problems
