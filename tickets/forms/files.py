"""Files that are uploaded with a form."""

import uuid

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets import access
from tickets.actions.files import stage_files
from tickets.forms.fields import FilesField, too_large
from tickets.models.conversation import Attachment

Files = MultiValueDict[str, UploadedFile]


class FilesMixin(forms.Form):
    """Files that survive an error: new ones are stored at once, and the form then sends their ids."""

    files_sent = FilesField()
    uploads: list[Attachment]

    def store_files(self, actor: Actor) -> None:
        """Store new files even if another field has an error, and set ``uploads`` to all files of the form.

        Ids that are not unsent uploads of this person are ignored.
        """
        self.full_clean()
        assert isinstance(self.data, QueryDict)  # noqa: S101 - files come with a POST
        ids = [each for each in self.data.getlist("uploads") if _is_uuid(each)]
        self.uploads = list(access.unsent_files(actor).filter(pk__in=ids))
        files = self.cleaned_data.get("files_sent", [])
        for file in too_large(files):
            self.add_error("files_sent", f"{file.name} is larger than {settings.MAX_FILE_MB} MB.")
        files = [file for file in files if file not in too_large(files)]
        if len(self.uploads) + len(files) > settings.MAX_FILES:
            self.add_error("files_sent", f"A comment can have at most {settings.MAX_FILES} files.")
            files = files[: max(0, settings.MAX_FILES - len(self.uploads))]
        try:
            self.uploads += stage_files(actor=actor, files=files)
        except RuleViolation as violation:
            self.add_error("files_sent", ValidationError(violation.message, code=violation.code))


class UploadForm(FilesMixin):
    """Files that are uploaded before the form they belong to is sent."""


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
