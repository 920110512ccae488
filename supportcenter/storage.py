"""Where uploaded files are stored, and where they wait while they arrive."""

from contextlib import suppress
from tempfile import TemporaryFile
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


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


class UnnamedFileUploadHandler(FileUploadHandler):
    """Receives a large upload in a temporary file without a name.

    Such a file ends with its process. Django's own would stay in the temporary folder if the process is
    killed, and no other process could tell it from one that is still being received.
    """

    file: UploadedFile | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = UploadedFile(
            TemporaryFile(),  # noqa: SIM115 - closed with the request
            self.file_name,
            self.content_type,
            0,
            self.charset,
            self.content_type_extra,
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.file  # noqa: S101 - Django calls `new_file` first
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        assert self.file  # noqa: S101 - Django calls `new_file` first
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if self.file:
            self.file.close()
