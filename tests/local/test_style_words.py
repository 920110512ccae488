"""Retired words are found wherever people read them, with the better word."""

from pathlib import Path

import pytest

from supportcenter.local.style_words import LIST, findings, report, rules

KNOWN = rules("# A comment.\n\nslithy tove: badger\ngimble*: turn\n")


def test_retired_word_is_found_with_its_file_and_line(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "guides" / "queue.md"
    page.parent.mkdir(parents=True)
    page.write_text("# Queue\n\nTickets can be snoozed.\nThey gimbled again.\n")
    assert report(tmp_path, KNOWN) == ["docs/guides/queue.md:4: “gimbled”, better: turn"]


def test_files_of_other_projects_are_not_checked(tmp_path: Path) -> None:
    vendored = tmp_path / "static" / "vendor" / "widget.js"
    vendored.parent.mkdir(parents=True)
    vendored.write_text("gimble()")
    assert report(tmp_path, KNOWN) == []


def test_glob_for_files_of_any_type_skips_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = tmp_path / "templates" / "email" / "subject.txt"
    mail.parent.mkdir(parents=True)
    mail.write_text("They gimbled")
    monkeypatch.setattr("supportcenter.local.style_words.FILES", ["templates/**/*"])
    assert report(tmp_path, KNOWN) == ["templates/email/subject.txt:1: “gimbled”, better: turn"]


@pytest.mark.parametrize(
    "text", ["slithy tove", "Slithy tove", "slithy_tove", "SlithyTove", "slithy-tove", "# slithy\n    # tove"]
)
def test_phrase_is_found_in_any_form(text: str) -> None:
    assert [better for _, _, better in findings(f"x = 1\n{text}\n", KNOWN)] == ["badger"]


@pytest.mark.parametrize("text", ["slithy_toves", "unslithy tove", "slithy and tove", "slithy. Tove"])
def test_parts_of_other_words_are_not_found(text: str) -> None:
    assert list(findings(text, KNOWN)) == []


@pytest.mark.parametrize("line", ["gimble", "gimble:", ": turn", "Gimble: turn", "gim*ble: turn"])
def test_line_of_another_form_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="retired: better"):
        rules(line)


def test_list_is_well_formed_and_names_each_word_once() -> None:
    text = LIST.read_text("utf-8")
    patterns = [pattern.pattern for pattern, _ in rules(text)]
    assert patterns
    assert len(patterns) == len(set(patterns))
