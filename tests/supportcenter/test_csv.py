"""CSV files are safe to open in a spreadsheet."""

import csv
from decimal import Decimal

import pytest

from supportcenter.http import csv_download

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1",
    "＝1", "＋1", "－1", "＠x", "；=1", ";=1", ",=1", "|cmd", "｜cmd", "%0a=1", "\x00=1", "﹦1",
]  # fmt: skip
HARMLESS = ["a=1", "2-1", "Kafka; consumers | lag", "", "n/a", "100 %", "x@y.example", "日本語"]


def written(*cells: object) -> str:
    return b"".join(csv_download("x.csv", [cells]).streaming_content).decode()


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_is_escaped(text):
    [row] = csv.reader([written(text)]) if "\r" not in text and "\n" not in text else [[written(text)[1:-3]]]
    assert row[0].startswith("'")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text):
    assert next(csv.reader([written(text)])) == [text]


def test_text_is_quoted_so_that_no_separator_splits_it():
    assert written("a;=1", "b|=1", 3, -2, Decimal("-1.50"), None) == '"a;=1","b|=1",3,-2,-1.50,""\r\n'
