"""The file of service charges (docs/imports.md). Pure."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orgs.csv_import import Column, identifier, read


@dataclass(frozen=True)
class ChargeLine:
    """What one service cost on one day, as the file has it, with the number of its line."""

    line: int
    date: date
    project: str
    service: str
    amount: Decimal


def day(cell: str) -> date:
    """Reads a date like 2026-10-31."""
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError(f"must be a day like 2026-10-31, not “{cell[:40]}”") from error


def amount(cell: str) -> Decimal:
    """Reads an amount with a point and at most two decimals; none is negative."""
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell, re.ASCII):
        raise ValueError(f"must be a number like 12.50, not “{cell[:40]}”")
    value = Decimal(cell)
    if value < 0 or value >= 10**10:
        raise ValueError(f"must be between 0 and 10,000,000,000, not “{cell[:40]}”")
    if value != round(value, 2):
        raise ValueError(f"has more than two decimals: “{cell[:40]}”")
    return round(value, 2)


COLUMNS = [
    Column("date", day),
    Column("project", identifier(80)),
    Column("service", identifier(80)),
    Column("amount", amount),
]


def read_charges(text: str) -> list[ChargeLine]:
    """The charges in a file. Raises ``BadFile`` with all that is wrong in it, by line."""
    rows = read(text, COLUMNS, once=["date", "project", "service"])
    return [ChargeLine(row.line, **row.values) for row in rows]
