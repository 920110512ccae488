"""Read a table from a spreadsheet. Pure; independent of what the table contains.

Describe the table by its columns, each with a function from a cell's text to a value::

    COLUMNS = [Column("project", identifier(80)), Column("paid", yes_or_no)]
    rows = read(decode(data), COLUMNS, once=["project"])

One ``BadFile`` lists every problem by line, so that a file can be fixed in one go. Actions report what only
the database knows (a project of another organization) in the same way, with ``Row.line``.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from supportcenter.errors import RuleViolation
from supportcenter.wording import format_count, format_list

MOST_BYTES = 1024 * 1024
MOST_LINES = 10_000
# With more problems than this the whole file is wrong, and a longer list does not help.
MOST_PROBLEMS = 100
DELIMITERS = [",", ";", "\t"]
YES = {"yes", "true", "1"}
NO = {"no", "false", "0"}


@dataclass(frozen=True)
class Column:
    """A column that the file must have. ``read`` turns the trimmed text of a cell into a value, or raises
    ``ValueError`` with what is wrong, worded to follow the column's name.
    """

    name: str
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Row:
    """One line of the file: its values by column, and its line number as an editor shows it."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong, and in which line; line 0 means the whole file."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.text}" if self.line else self.text


class BadFile(RuleViolation):
    """A file that cannot be imported, with all its problems by line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        found = sorted(problems, key=lambda each: each.line)
        self.problems = found[:MOST_PROBLEMS]
        if len(found) > MOST_PROBLEMS:
            self.problems.append(Problem(0, f"And {len(found) - MOST_PROBLEMS} more problems."))
        super().__init__("bad_file", "\n".join(map(str, self.problems)))


def decode(data: bytes) -> str:
    """Return the text of a file. Raises ``BadFile`` if it is too large or not UTF-8."""
    if len(data) > MOST_BYTES:
        raise _too_large()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        text = "The file isn't UTF-8. Save it as “CSV UTF-8” and upload it again."
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            line = 0
        raise BadFile([Problem(line, text)]) from error


def read(text: str, columns: Sequence[Column], *, once: Sequence[str] = ()) -> list[Row]:
    """Return the rows of a table whose first line names the columns, in any order.

    Cells are separated by commas, semicolons or tabs; empty lines are skipped. The values of the columns
    ``once`` name a row and may appear only once. Raises ``BadFile`` with all that is wrong.
    """
    if len(text.encode()) > MOST_BYTES:
        raise _too_large()
    lines, problems = _lines(text.removeprefix("\ufeff"))
    if not lines:
        raise BadFile(problems or [Problem(0, "The file is empty.")])
    (line, header), *rest = lines
    names = _names(line, header, columns)
    if len(rest) > MOST_LINES:
        raise BadFile(
            [Problem(0, f"The file has more than {MOST_LINES:,} lines. Split it into smaller files.")]
        )
    if not rest and not problems:
        raise BadFile([Problem(0, "The file has only a header line.")])
    readers = {column.name: column.read for column in columns}
    rows = []
    for line, cells in rest:
        row, wrong = _row(line, cells, names, readers)
        problems += wrong
        rows.append(row)
    problems += _repeated([row for row in rows if all(name in row.values for name in once)], once)
    if problems:
        raise BadFile(problems)
    return rows


def _too_large() -> BadFile:
    text = f"The file is larger than {MOST_BYTES // 1024:,} KB. Split it into smaller files."
    return BadFile([Problem(0, text)])


def _lines(text: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Return the non-empty lines with their numbers. A quoted cell can span several lines."""
    head = next((each for each in text.splitlines() if each.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begin, [cell.strip() for cell in cells]))
            begin = reader.line_num + 1
    except csv.Error:
        return found, [Problem(begin, "A quoted value has no closing quotation mark, or text after it.")]
    return found, []


def _names(line: int, header: list[str], columns: Sequence[Column]) -> list[str]:
    """Return the columns in file order. Raises ``BadFile`` if the header is invalid."""
    names = [re.sub(r"[\s_-]+", "_", cell.lower()) for cell in header]
    wanted = [column.name for column in columns]
    missing = [name for name in wanted if name not in names]
    unknown = [cell or "(no name)" for cell, name in zip(header, names, strict=True) if name not in wanted]
    twice = [name for name in sorted(wanted) if names.count(name) > 1]
    kinds = [("Missing", missing), ("Unknown", unknown), ("Repeated", twice)]
    problems = [Problem(line, f"{what} {_list_columns(which)}.") for what, which in kinds if which]
    if problems:
        hint = Problem(line, f"The first line must list the columns: {', '.join(wanted)}.")
        raise BadFile([*problems, hint])
    return names


def _list_columns(names: Sequence[str]) -> str:
    noun = "column" if len(names) == 1 else "columns"
    return f"{noun} " + ", ".join(f"“{name[:40]}”" for name in names)


def _row(
    line: int, cells: list[str], names: list[str], readers: dict[str, Callable[[str], Any]]
) -> tuple[Row, list[Problem]]:
    if len(cells) != len(names):
        cells_found = format_count(len(cells), "cell")
        return Row(line, {}), [Problem(line, f"This line has {cells_found} for {len(names)} columns.")]
    values, problems = {}, []
    for name, cell in zip(names, cells, strict=True):
        try:
            values[name] = readers[name](cell)
        except ValueError as error:
            problems.append(Problem(line, f"{name} {error}."))
    return Row(line, values), problems


def _repeated(rows: Sequence[Row], once: Sequence[str]) -> list[Problem]:
    first: dict[tuple, int] = {}
    problems = []
    for row in rows if once else []:
        key = tuple(row.values[name] for name in once)
        if key in first:
            words = format_list([f"{name} {row.values[name]}" for name in once])
            problems.append(Problem(row.line, f"{words} is already on line {first[key]}."))
        first.setdefault(key, row.line)
    return problems


def words(most: int, *, may_be_empty: bool = False) -> Callable[[str], str]:
    """Return a reader for text of at most ``most`` characters."""

    def read_words(cell: str) -> str:
        if not cell and not may_be_empty:
            raise ValueError("is empty")
        if len(cell) > most:
            raise ValueError(f"is longer than {most} characters")
        if not cell.isprintable():
            raise ValueError("contains unprintable characters")
        return cell

    return read_words


def identifier(most: int) -> Callable[[str], str]:
    """Return a reader for platform identifiers: letters, digits, hyphens and underscores."""
    plain = words(most)

    def read_identifier(cell: str) -> str:
        if cell and not re.fullmatch(r"[A-Za-z0-9_-]+", cell):
            raise ValueError(f"“{cell[:40]}” can contain only letters, digits, hyphens and underscores")
        return plain(cell)

    return read_identifier


def yes_or_no(cell: str) -> bool:
    """Return True for yes, true or 1, and False for no, false or 0."""
    if cell.lower() in YES:
        return True
    if cell.lower() in NO:
        return False
    raise ValueError(f"must be yes or no, not “{cell[:40]}”" if cell else "is empty: enter yes or no")
