"""Where uploaded files are stored."""

from contextlib import suppress

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class FileStorage(FileSystemStorage):
    """A folder in which a file is stored whole or not at all, also if the disk is full."""

    def _save(self, name: str, content: File) -> str:
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]
        except OSError:
            with suppress(OSError):
                self.delete(name)
            raise
        return saved
