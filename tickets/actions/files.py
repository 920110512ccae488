"""Uploads: stored when they arrive, attached to a comment when it is sent."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePath

import structlog
from django.conf import settings
from django.core.files.base import File
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
