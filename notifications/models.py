"""Outgoing mail as rows, and who follows what."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notifications.querysets import EmailMessageQuerySet
from orgs.models import Organization, User
from supportcenter.outbox.models import OutboxMessage
from tickets.models import Activity, Ticket


class Follow(models.Model):
    """A person who hears of every ticket of an organization, for as long as their role there allows it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follows")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="follows")
    followed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user} follows {self.organization}"


class MailState(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    RETRY = "retry", "To be retried"
    FAILED = "failed", "Failed"
    WITHHELD = "withheld", "Withheld"


WAITING = (MailState.QUEUED, MailState.RETRY)


class EmailMessage(models.Model):
    """One mail to one recipient: queued → sending → sent, or retry, failed, withheld.

    Mails about tickets are rendered when they are sent. ``content`` holds subject and text of mails that
    cannot be rendered again (sign-in); it is emptied once they are sent, because it may hold a link that
    signs somebody in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    recipient = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="mails")
    to_address = models.EmailField()
    reason = models.CharField(max_length=200, blank=True)
    event = models.ForeignKey(OutboxMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="mails")
    activity = models.ForeignKey(Activity, null=True, on_delete=models.CASCADE, related_name="mails")
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="What the mail server said last")
    created_at = models.DateTimeField(default=timezone.now)

    objects = EmailMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "to_address"], name="mail_once_an_event"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="mail_sent_at_with_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="mail_due", condition=Q(state__in=["queued", "retry"])
            ),
            models.Index(fields=["claimed_at"], name="mail_stuck", condition=Q(state="sending")),
            models.Index(fields=["ticket", "recipient", "created_at"], name="mail_of_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_address} ({self.state})"

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a repeated mail is recognised as one."""
        return f"<{self.pk}@{settings.ALLOWED_HOSTS[0]}>"
