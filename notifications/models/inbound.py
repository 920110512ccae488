"""Mail that came in, as it came, and what became of it."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from orgs.models import User
from tickets.models.conversation import Comment
from tickets.models.ticket import Ticket


class InboundOutcome(models.TextChoices):
    UNPROCESSED = "unprocessed", "Unprocessed"
    COMMENT = "comment", "Comment"
    NEW_TICKET = "new_ticket", "New ticket"
    BOUNCE = "bounce", "Bounce"
    AUTOMATIC = "automatic", "Automatic"
    REFUSED = "refused", "Refused"
    HELD = "held", "Held"
    DUPLICATE = "duplicate", "Duplicate"


# Outcomes after which somebody should look at the mail.
TO_CHECK = (InboundOutcome.UNPROCESSED, InboundOutcome.HELD)


class InboundMailQuerySet(models.QuerySet):
    def to_check(self) -> Self:
        """Return mails that are held, or that could not be processed."""
        return self.filter(outcome__in=TO_CHECK)

    def containing(self, text: str) -> Self:
        """Return mails with a text in their sender or subject."""
        return self.filter(Q(author__icontains=text) | Q(subject__icontains=text))

    def for_list(self) -> Self:
        """Load what a row shows, without the mail itself: one query."""
        return self.defer("raw").select_related("ticket")


class InboundMail(models.Model):
    """A mail that came in. It is stored before anything reads it, so nothing that it contains loses it.

    ``sender`` and ``recipients`` are those of the envelope, which may be unknown; the other texts are from
    the mail itself. ``reason`` says why it has its outcome. ``decided_by`` is the agent who decided it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    received_at = models.DateTimeField(default=timezone.now)
    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    sender = models.TextField(blank=True)
    recipients = models.JSONField(default=list)
    message_id = models.TextField(blank=True)
    author = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, choices=InboundOutcome, default=InboundOutcome.UNPROCESSED)
    reason = models.TextField(blank=True)
    processed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.SET_NULL, related_name="inbound_mails")
    comment = models.OneToOneField(Comment, null=True, on_delete=models.SET_NULL, related_name="inbound_mail")

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["message_id"], name="inbound_message_id", condition=~Q(message_id="")),
            models.Index(fields=["sha256"], name="inbound_content"),
            models.Index(fields=["-received_at", "-id"], name="inbound_newest"),
            models.Index(
                fields=["received_at"], name="inbound_open", condition=Q(outcome__in=["unprocessed", "held"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject or self.id} from {self.author}"
