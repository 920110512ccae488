"""What uploads leave on the disk, also if the process is killed."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.cast import actor
from tickets.actions import files
from tickets.actions.files import delete_orphaned_files, stage_files
from tickets.models.conversation import Attachment


@pytest.fixture
def uploads(cast, settings, tmp_path):
    """Two uploads, stored hours ago."""
    settings.MEDIA_ROOT = tmp_path
    staged = stage_files(actor=actor(cast.ben), files=[SimpleUploadedFile(name, b"x") for name in "ab"])
    for upload in staged:
        make_old(tmp_path / upload.file.name)
    return staged


def make_old(path: Path) -> None:
    hours_ago = (timezone.now() - timedelta(hours=2)).timestamp()
    os.utime(path, (hours_ago, hours_ago))


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_files_of_a_killed_upload_are_deleted_and_no_others(uploads, tmp_path):
    left, fresh = "ab" * 16, "cd" * 16
    for name in (left, fresh, "notes.txt"):
        path = tmp_path / "ab" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        if name != fresh:
            make_old(path)
    assert delete_orphaned_files() == 1
    assert names_in(tmp_path) == {fresh, "notes.txt", *(upload.pk.hex for upload in uploads)}


def test_file_that_another_attachment_names_stays(uploads, tmp_path):
    first, second = uploads
    Attachment.objects.filter(pk=second.pk).update(file=first.file.name)
    Attachment.objects.filter(pk=first.pk).delete()
    assert delete_orphaned_files() == 0
    assert first.pk.hex in names_in(tmp_path)


def test_nothing_is_deleted_if_the_database_knows_too_few(uploads, monkeypatch, tmp_path):
    monkeypatch.setattr(files, "MAX_ORPHANS", 1)
    Attachment.objects.all().delete()
    assert delete_orphaned_files() == 0
    assert len(names_in(tmp_path)) == 2


def test_there_may_be_no_folder_yet(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "none"
    assert delete_orphaned_files() == 0


def test_large_upload_has_no_name_while_it_arrives(cast, client_of, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "files"
    arriving = tmp_path / "arriving"
    arriving.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(arriving))
    names: list[set[str]] = []
    stage = files.stage_files

    def look(**values):
        names.append(names_in(arriving))
        return stage(**values)

    monkeypatch.setattr("tickets.forms.files.stage_files", look)
    content = os.urandom(settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1)
    client_of(cast.ben).post("/uploads/", {"files_sent": [SimpleUploadedFile("core.dump", content)]})
    assert names == [set()]
    with Attachment.objects.get().file.open() as stored:
        assert stored.read() == content
