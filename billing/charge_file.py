"""The file of service charges (docs/imports.md). Pure."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orgs.csv_import import Column, identifier, read
from supportcenter.bounds import check_day


@dataclass(frozen=True)
class ChargeLine:
    """A line of the file, with its number."""

    line: int
    date: date
    project: str
    service: str
    amount: Decimal


def day(cell: str) -> date:
    """Parse a date like 2026-10-31, within bounds."""
    try:
        found = date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError(f"must be a date like 2026-10-31, not “{cell[:40]}”") from error
    return check_day(found)


def amount(cell: str) -> Decimal:
    """Parse an amount with a decimal point and at most two decimals, zero or more."""
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell, re.ASCII):
        raise ValueError(f"must be a number like 12.50, not “{cell[:40]}”")
    value = Decimal(cell)
    if value < 0 or value >= 10**10:
        raise ValueError(f"must be between 0 and 10,000,000,000, not “{cell[:40]}”")
    if value != round(value, 2):
        raise ValueError(f"has more than two decimal places: “{cell[:40]}”")
    return round(value, 2)


COLUMNS = [
    Column("date", day),
    Column("project", identifier(80)),
    Column("service", identifier(80)),
    Column("amount", amount),
]


def parse_charges(text: str) -> list[ChargeLine]:
    """Return the charges in a file. Raises ``BadFile`` with every problem by line."""
    rows = read(text, COLUMNS, once=["date", "project", "service"])
    return [ChargeLine(row.line, **row.values) for row in rows]
