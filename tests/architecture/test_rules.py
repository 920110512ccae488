"""Rules of the code that no other tool checks (docs/architecture.md)."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
APPS = ["orgs", "billing", "tickets", "notifications"]
DOORS = re.compile(r"\.objects\b|get_object_or_404|get_list_or_404")
BEHAVIOR = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|\shx-on|javascript:", re.IGNORECASE
)


def sources() -> list[Path]:
    """Modules that must not reach past ``access``: views, forms, template tags."""
    return [
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if {"views", "templatetags", "forms"} & set(path.parts) or path.stem in {"forms", "views"}
    ]


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.*"))


def test_views_and_forms_reach_rows_only_through_access():
    found = [str(path) for path in sources() if DOORS.search(path.read_text())]
    assert sources()
    assert found == []


def test_views_open_no_transactions():
    assert [str(path) for path in sources() if "transaction" in path.read_text()] == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_compiles_and_brings_no_behavior_of_its_own(path):
    get_template(str(path.relative_to(ROOT / "templates")))
    if "email" not in path.parts:
        assert not BEHAVIOR.search(path.read_text())


def test_safe_is_used_on_rendered_markdown_only():
    used = {
        (path.name, match)
        for path in templates()
        for match in re.findall(r"\{\{[^}]*\|\s*safe[^}]*\}\}", path.read_text())
    }
    assert {match for _, match in used} <= {
        "{{ entry.html|safe }}",
        "{{ comment.html|safe }}",
        "{{ each.html|safe }}",
        "{{ update.html|safe }}",
        "{{ html|safe }}",
        "{{ field.help_text|safe }}",
    }
    marks = [
        str(path) for app in APPS for path in (ROOT / app).rglob("*.py") if "mark_safe" in path.read_text()
    ]
    assert marks == []


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_run_no_text(path):
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", path.read_text())
