import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from orgs.source import Source
from tickets.files.types import is_image
from tickets.models.ticket import Ticket


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Internal notes and other internal entries exist for staff only."""
        return self.all() if actor.can(Capability.WORK_QUEUE) else self.filter(is_internal=False)

    def written_since(self, seen: int, *, but_by: User, with_status: bool = False) -> Self:
        """Comments and notes newer than an entry, by others, and on request their changes of the status."""
        kinds = ["commented", "noted", *(["status_changed"] if with_status else [])]
        return self.filter(pk__gt=seen, kind__in=kinds).exclude(actor=but_by)

    def for_thread(self) -> Self:
        """In the order of the thread, with authors, comments and their files: two queries."""
        entries = self.select_related("actor", "comment__author").prefetch_related("comment__attachments")
        return entries.order_by("created_at", "id")

    def without_people(self) -> Self:
        """With comments only, for a page that loads everyone it names, and all files, at once."""
        return self.select_related(None).select_related("comment").prefetch_related(None)


class Comment(models.Model):
    """A message in Markdown. With ``is_internal`` it is an internal note, which only staff can see."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="comments")
    body = models.TextField()
    is_internal = models.BooleanField(default=False)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "created_at", "id"], name="comment_in_thread"),
        ]

    def __str__(self) -> str:
        return f"Comment {self.pk} on {self.ticket.reference}"


def storage_name(attachment: "Attachment", file_name: str) -> str:
    """Return the storage path of a file: its id alone, so that no part of a path is user input."""
    key = attachment.pk.hex
    return f"{key[:2]}/{key}"


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Files on comments that the actor may read, and the actor's own uploads that are not sent yet."""
        sent = Q(comment__ticket__in=Ticket.objects.visible_to(actor))
        if not actor.can(Capability.WORK_QUEUE):
            sent &= Q(comment__is_internal=False)
        return self.filter(sent | Q(comment=None, uploaded_by=actor.user_id))

    def unsent_by(self, user: User) -> Self:
        return self.filter(comment=None, uploaded_by=user)


class Attachment(models.Model):
    """A file on a comment. Without a comment it is an upload that its owner has not sent yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    comment = models.ForeignKey(Comment, null=True, on_delete=models.CASCADE, related_name="attachments")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=storage_name, max_length=100)
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at", "id"]
        indexes = [
            models.Index(fields=["uploaded_at"], name="attachment_unsent", condition=Q(comment__isnull=True))
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tickets:attachment", args=[self.pk])

    @property
    def has_preview(self) -> bool:
        return is_image(self.content_type)


class ActivityKind(models.TextChoices):
    """Kinds of history entries. ``tickets.timeline`` has their text, icon and audience."""

    OPENED = "opened"
    COMMENTED = "commented"
    NOTED = "noted"
    ASSIGNED = "assigned"
    STATUS_CHANGED = "status_changed"
    SEVERITY_CHANGED = "severity_changed"
    PARTICIPANTS_ADDED = "participants_added"
    PARTICIPANT_JOINED = "participant_joined"
    PARTICIPANT_LEFT = "participant_left"
    PARTICIPANT_REMOVED = "participant_removed"
    ESCALATED = "escalated"
    ESCALATION_OVERDUE = "escalation_overdue"
    ESCALATION_ACKNOWLEDGED = "escalation_acknowledged"
    ESCALATION_CLOSED = "escalation_closed"
    RATED = "rated"
    FOLLOWED_UP = "followed_up"
    UPDATE_PROMISED = "update_promised"
    RESPONSE_DUE_SOON = "response_due_soon"
    RESPONSE_OVERDUE = "response_overdue"
    TAGGED = "tagged"
    HANDED_OVER = "handed_over"
    SNOOZED = "snoozed"
    UNSNOOZED = "unsnoozed"
    MERGED = "merged"
    MERGED_AWAY = "merged_away"
    MERGE_UNDONE = "merge_undone"
    MERGE_SPLIT_OFF = "merge_split_off"
    SPLIT = "split"
    SPLIT_FROM = "split_from"
    LINKED = "linked"
    UNLINKED = "unlinked"
    RECLASSIFIED = "reclassified"
    CLOSED = "closed"

    @property
    def event(self) -> str:
        """The name of the event that is published with an entry of this kind."""
        return f"ticket.{self.value}"


class Activity(models.Model):
    """One entry of a ticket's history, and of its thread: who did what, when, from where.

    ``before`` and ``after`` hold the values that changed. Rows are written once and never altered.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="activities")
    kind = models.CharField(max_length=30, choices=ActivityKind)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="activities")
    source = models.CharField(max_length=10, choices=Source)
    comment = models.OneToOneField(Comment, null=True, on_delete=models.CASCADE, related_name="activity")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    is_internal = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        indexes = [models.Index(fields=["ticket", "created_at", "id"], name="activity_in_thread")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.ticket.reference}"
