from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgs import csv_import
from orgs.csv_import import BadFile, Column, Problem, decode, identifier, read, words, yes_or_no

COLUMNS = [
    Column("name", identifier(10)),
    Column("plan", words(10, may_be_empty=True)),
    Column("paid", yes_or_no),
]


def rows(text: str, **options) -> list[tuple]:
    return [(row.line, *row.values.values()) for row in read(text, COLUMNS, **options)]


def problems(text: str, **options) -> list[str]:
    with pytest.raises(BadFile) as bad:
        read(text, COLUMNS, **options)
    return [str(each) for each in bad.value.problems]


def test_rows_have_their_values_and_line_numbers():
    assert rows("name,plan,paid\na,p,yes\nb,,no\n") == [(2, "a", "p", True), (3, "b", "", False)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_spreadsheets_write_is_understood(delimiter, end, mark):
    lines = [["name", "plan", "paid"], ["a", '"1,5;2"', "YES"], ["b", "", "0"]]
    text = mark + end.join(delimiter.join(cells) for cells in lines)
    assert rows(text) == [(2, "a", "1,5;2", True), (3, "b", "", False)]


def test_columns_come_in_any_order_and_case_and_empty_lines_count_but_are_skipped():
    found = read("\n Paid ;NAME;plan\n;;\n\nno;a;p", COLUMNS)
    assert [(row.line, row.values) for row in found] == [(5, {"paid": False, "name": "a", "plan": "p"})]


def test_quoted_cell_over_two_lines_does_not_shift_the_numbers():
    assert problems('name,plan,paid\na,"x\ny",yes\nb,,maybe') == [
        "Line 2: plan contains unprintable characters.",
        "Line 4: paid must be yes or no, not “maybe”.",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", " \r\n;;\r\n"])
def test_empty_file(text):
    assert problems(text) == ["The file is empty."]


def test_header_alone():
    assert problems("name,plan,paid\n") == ["The file has only a header line."]


def test_missing_unknown_and_repeated_columns_are_named():
    assert problems("name,name,colour,\na,b,c,d") == [
        "Line 1: Missing columns “plan”, “paid”.",
        "Line 1: Unknown columns “colour”, “(no name)”.",
        "Line 1: Repeated column “name”.",
        "Line 1: The first line must list the columns: name, plan, paid.",
    ]


def test_all_bad_lines_are_said_at_once():
    assert problems("name,plan,paid\n,p,yes\na b,p,yes\nc,12345678901,\nd,p\n") == [
        "Line 2: name is empty.",
        "Line 3: name “a b” can contain only letters, digits, hyphens and underscores.",
        "Line 4: plan is longer than 10 characters.",
        "Line 4: paid is empty: enter yes or no.",
        "Line 5: This line has 2 cells for 3 columns.",
    ]


def test_duplicate_lines_name_each_other():
    text = "name,plan,paid\na,p,yes\nb,p,yes\na,q,no\n"
    assert problems(text, once=["name"]) == ["Line 4: name a is already on line 2."]
    assert len(rows(text)) == 3


def test_quotation_mark_that_is_not_closed():
    assert problems('name,plan,paid\na,p,yes\nb,"p,yes\nc,p,no') == [
        "Line 3: A quoted value has no closing quotation mark, or text after it."
    ]


def test_problems_without_end_are_cut_off():
    found = problems("name,plan,paid\n" + ",p,yes\n" * 150)
    assert len(found) == 101
    assert found[-1] == "And 50 more problems."


def test_large_files_are_refused(monkeypatch):
    with pytest.raises(BadFile, match=r"larger than 1,024 KB\. Split it into smaller files"):
        decode(b"x" * (csv_import.MOST_BYTES + 1))
    with pytest.raises(BadFile, match="larger than"):
        read("é" * (csv_import.MOST_BYTES // 2 + 1), COLUMNS)
    monkeypatch.setattr(csv_import, "MOST_LINES", 2)
    assert problems("name,plan,paid\n" + "a,p,yes\n" * 3) == [
        "The file has more than 2 lines. Split it into smaller files."
    ]


def test_file_in_another_encoding_names_the_first_line_that_is_not_utf8():
    with pytest.raises(BadFile) as bad:
        decode("name\nMünchen\n".encode("latin-1"))
    text = "The file isn't UTF-8. Save it as “CSV UTF-8” and upload it again."
    assert bad.value.problems == [Problem(2, text)]
    with pytest.raises(BadFile, match=r"^The file isn't UTF-8"):
        decode("name\na\n".encode("utf-16"))


def test_mark_of_utf8_is_no_part_of_the_text():
    assert decode("\ufeffname".encode()) == "name"


@given(st.text())
def test_no_text_makes_it_fall_over(text):
    for each in (text, f"name,plan,paid\n{text}"):
        with suppress(BadFile):
            rows(each, once=["name"])


@given(st.binary())
def test_no_file_makes_it_fall_over(data):
    with suppress(BadFile):
        read(decode(data), COLUMNS)
