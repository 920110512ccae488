"""Uploads: stored when they arrive, attached to a comment when it is sent."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import PurePath
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from orgs.actor import Actor
from supportcenter.errors import STORAGE_FULL, RuleViolation, is_full_disk
from tickets.files.types import SNIFFED, sniff
from tickets.models.conversation import Attachment, Comment

logger = structlog.get_logger(__name__)

# Long enough to return to a form on the next day.
UNSENT_FOR = timedelta(days=2)
# A request takes minutes at most, so a file that has no row by then gets none.
ORPHANED_AFTER = timedelta(hours=1)
# Killed uploads leave a few files. If more have no row, this is rather the wrong database, or an empty one.
MAX_ORPHANS = 100


@transaction.atomic
def stage_files(*, actor: Actor, files: Sequence[File]) -> list[Attachment]:
    """Store uploaded files for their owner, so that an error in the form doesn't lose them.

    Raises ``RuleViolation`` if the owner's unsent files would exceed twice the size limit of a request, and
    if the disk is full; then none of them is stored.
    """
    unsent = Attachment.objects.unsent_by(actor.person).aggregate(total=Sum("size"))["total"] or 0
    if unsent + sum(file.size or 0 for file in files) > 2 * settings.MAX_REQUEST_MB * 1024 * 1024:
        raise RuleViolation(
            "too_many_uploads",
            "You have too many unsent uploads. Send or remove some, or try again tomorrow.",
        )
    staged: list[Attachment] = []
    try:
        for file in files:
            staged.append(_stage(actor, file))  # noqa: PERF401 - if one fails, the stored ones are deleted
    except BaseException as error:
        for attachment in staged:
            attachment.file.delete(save=False)
        if is_full_disk(error):
            logger.exception("storage_full")
            raise RuleViolation(
                STORAGE_FULL,
                "The server is out of storage space. Your text is still here. Send it without the file, or "
                "try again later.",
            ) from error
        raise
    return staged


def _stage(actor: Actor, file: File) -> Attachment:
    digest = hashlib.sha256()
    head = b""
    for chunk in file.chunks():
        digest.update(chunk)
        head = head or chunk[:SNIFFED]
    attachment = Attachment(
        uploaded_by=actor.person,
        name=PurePath(file.name or "file").name[-255:],
        content_type=sniff(head),
        size=file.size or 0,
        sha256=digest.hexdigest(),
    )
    attachment.file.save(attachment.name, file, save=False)
    attachment.save()
    return attachment


def attach(comment: Comment, files: Sequence[Attachment]) -> None:
    """Attach unsent uploads of the comment's author to the comment."""
    Attachment.objects.unsent_by(comment.author).filter(pk__in=[each.pk for each in files]).update(
        comment=comment
    )


def delete_unsent_files() -> int:
    """Delete uploads that were not sent within two days, rows and files; return how many."""
    count = 0
    for attachment in Attachment.objects.filter(comment=None, uploaded_at__lt=timezone.now() - UNSENT_FOR):
        deleted, _ = Attachment.objects.filter(pk=attachment.pk, comment=None).delete()
        if deleted:
            attachment.file.delete(save=False)
            count += 1
    return count


def delete_orphaned_files() -> int:
    """Delete stored files that no attachment names; return how many.

    A process that is killed during an upload leaves them: whole, in part or empty.
    """
    orphans = [name for folder in _folders() for name in _orphans_in(folder)]
    if len(orphans) > MAX_ORPHANS:
        logger.error("too_many_orphaned_files", count=len(orphans))
        return 0
    for name in orphans:
        default_storage.delete(name)
    return len(orphans)


def _folders() -> Iterator[str]:
    """Yield the folders that are named by `storage_name`, if there are any yet."""
    if default_storage.exists(""):
        folders, _ = default_storage.listdir("")
        yield from (name for name in folders if re.fullmatch(r"[0-9a-f]{2}", name))


def _orphans_in(folder: str) -> list[str]:
    """Return the files of a folder that are named by `storage_name`, are not new, and have no row."""
    _, names = default_storage.listdir(folder)
    before = timezone.now() - ORPHANED_AFTER
    files = {
        UUID(name): f"{folder}/{name}"
        for name in names
        if re.fullmatch(r"[0-9a-f]{32}", name) and _is_older(f"{folder}/{name}", before)
    }
    for pk in Attachment.objects.filter(pk__in=files).values_list("pk", flat=True):
        del files[pk]
    # A follow-up ticket's attachment names the file of another, which may be gone.
    shared = Attachment.objects.filter(file__in=files.values()) if files else Attachment.objects.none()
    return sorted(set(files.values()) - set(shared.values_list("file", flat=True)))


def _is_older(name: str, instant: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < instant
    except FileNotFoundError:  # deleted meanwhile
        return False
