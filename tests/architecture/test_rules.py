"""Rules of the code that no other tool checks (docs/architecture.md)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ["orgs", "billing", "tickets", "notifications"]
DOORS = re.compile(r"\.objects\b|get_object_or_404|get_list_or_404")


def sources() -> list[Path]:
    """Modules that must not reach past ``access``: views and forms."""
    return [
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if {"views", "forms"} & set(path.parts) or path.stem in {"forms", "views"}
    ]


def test_views_and_forms_reach_rows_only_through_access():
    found = [str(path) for path in sources() if DOORS.search(path.read_text())]
    assert sources()
    assert found == []


def test_views_open_no_transactions():
    assert [str(path) for path in sources() if "transaction" in path.read_text()] == []


def test_only_the_engine_marks_text_as_safe():
    marks = [
        str(path)
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"mark_safe|Markup", path.read_text())
    ]
    assert marks == []


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_run_no_text(path):
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", path.read_text())
