from django.db import models
from django.utils import timezone

from orgs.models import User
from tickets.models.ticket import Ticket


class DraftKind(models.TextChoices):
    ANSWER = "answer", "Reply"
    NOTE = "note", "Internal note"


class ServerDraft(models.Model):
    """What a person has typed on a ticket but not sent, available in all of their browsers."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=10, choices=DraftKind, default=DraftKind.ANSWER)
    body = models.TextField()
    status = models.CharField(max_length=20, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="draft_once")]

    def __str__(self) -> str:
        return f"Draft of {self.user} on {self.ticket.reference}"
