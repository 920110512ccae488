"""Files that come with a form."""

import uuid

from django import forms
from django.conf import settings
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
    """Files that survive an error: those just sent are stored at once, and named again by their ids."""

    files_sent = FilesField()
    kept: list[Attachment]

    def keep_files(self, actor: Actor) -> None:
        """Store what was uploaded, also if another field has an error; afterwards ``kept`` has all files.

        Of the ids that come back, those that are not (or no longer) the person's own uploads are left out.
        """
        self.full_clean()
        assert isinstance(self.data, QueryDict)  # noqa: S101 - files come with a POST
        ids = [each for each in self.data.getlist("uploads") if _is_uuid(each)]
        self.kept = list(access.unsent_files(actor).filter(pk__in=ids))
        files = self.cleaned_data.get("files_sent", [])
        for file in too_large(files):
            self.add_error("files_sent", f"{file.name} is larger than {settings.MAX_FILE_MB} MB.")
        files = [file for file in files if file not in too_large(files)]
        if len(self.kept) + len(files) > settings.MAX_FILES:
            self.add_error("files_sent", f"At most {settings.MAX_FILES} files fit on a comment.")
            files = files[: max(0, settings.MAX_FILES - len(self.kept))]
        try:
            self.kept += stage_files(actor=actor, files=files)
        except RuleViolation as violation:
            self.add_error("files_sent", violation.message)


class UploadForm(FilesMixin):
    """Files alone, sent ahead of the form that will name them."""


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
