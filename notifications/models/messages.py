"""Outgoing mail as rows: what becomes of each mail to each person."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notifications.querysets import RESENDABLE, EmailMessageQuerySet
from orgs.models import User
from supportcenter.outbox.models import OutboxMessage
from tickets.models.conversation import Activity
from tickets.models.following import Follow
from tickets.models.ticket import Ticket


class MailState(models.TextChoices):
    QUEUED = "queued", "Queued"
    HELD = "held", "Held for the digest"
    SENDING = "sending", "Sending"
    RETRY = "retry", "To be retried"
    SENT = "sent", "Sent"
    DIGESTED = "digested", "In the digest"
    DELIVERED = "delivered", "Delivered"
    BOUNCED = "bounced", "Bounced"
    COMPLAINED = "complained", "Reported as spam"
    FAILED = "failed", "Failed"
    WITHHELD = "withheld", "Withheld"


WAITING = (MailState.QUEUED, MailState.RETRY)
# The server took it, whatever came of it later.
TAKEN = (MailState.SENT, MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED)


class Reason(models.TextChoices):
    """Why somebody gets a mail about a ticket; the strongest first. Each can be switched off but the last."""

    REQUESTER = "requester", "Tickets that you opened"
    PARTICIPANT = "participant", "Tickets on which you are CC'd"
    MENTIONED = "mentioned", "Internal notes that mention you"
    ASSIGNEE = "assignee", "Tickets assigned to you"
    FOLLOWER = "follower", "Tickets that you follow"
    LEAD = "lead", "Escalations, as a duty lead"


class EmailMessage(models.Model):
    """One mail to one recipient: queued → sending → sent, or retry, failed, withheld; or held → digested.

    Mails about tickets are rendered when they are sent. ``content`` holds what mails of other kinds are made
    of; that of sign-in mails is emptied once they are sent, because it may hold a link that signs in.
    ``rule`` and ``follow`` say why the recipient gets it, and so what the link in the mail stops. What the
    provider tells of it later (delivered, bounced, reported) changes the state of a sent mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    recipient = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="mails")
    to_address = models.EmailField()
    rule = models.CharField(max_length=15, choices=Reason, blank=True)
    follow = models.ForeignKey(Follow, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    event = models.ForeignKey(OutboxMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="mails")
    activity = models.ForeignKey(Activity, null=True, on_delete=models.CASCADE, related_name="mails")
    digest = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="digested")
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    losses = models.PositiveSmallIntegerField(default=0, help_text="How many workers died while sending it")
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="What the mail server said last")
    provider_id = models.CharField(max_length=200, blank=True, help_text="The mail provider's own id")
    created_at = models.DateTimeField(default=timezone.now)
    resent_at = models.DateTimeField(null=True, help_text="When somebody had it sent again")
    resent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = EmailMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "to_address"], name="mail_once_an_event"),
            models.CheckConstraint(
                condition=Q(state__in=TAKEN, sent_at__isnull=False)
                | (~Q(state__in=TAKEN) & Q(sent_at__isnull=True)),
                name="mail_sent_at_with_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="mail_due", condition=Q(state__in=["queued", "retry"])
            ),
            models.Index(fields=["recipient", "due_at"], name="mail_held", condition=Q(state=MailState.HELD)),
            models.Index(fields=["claimed_at"], name="mail_stuck", condition=Q(state="sending")),
            models.Index(fields=["ticket", "recipient", "created_at"], name="mail_of_ticket"),
            models.Index(fields=["ticket", "-activity", "-id"], name="mail_by_update"),
            models.Index(fields=["-created_at", "-id"], name="mail_newest", include=["state"]),
            models.Index(
                fields=["state", "-created_at", "-id"],
                name="mail_in_trouble",
                condition=Q(state__in=["failed", "bounced", "complained", "withheld"]),
            ),
            models.Index(fields=["to_address", "-created_at", "-id"], name="mail_to_address"),
            models.Index(fields=["provider_id"], name="mail_of_provider", condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_address} ({self.state})"

    @property
    def can_be_resent(self) -> bool:
        """Whether it can be sent again: mails of sign-in forget what they were made of."""
        return self.state in RESENDABLE and (self.kind != "account" or bool(self.content))

    @property
    def about(self) -> str:
        """What a mail that is not about a ticket is about, in a word or two."""
        return self.kind.replace("_", " ").capitalize()

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a repeated mail is recognised as one."""
        return f"<{self.pk}@{settings.ALLOWED_HOSTS[0]}>"


class TrackingEvent(models.Model):
    """What the provider said of a sent mail, once: a webhook may come twice, late, and out of order."""

    mail = models.ForeignKey(EmailMessage, on_delete=models.CASCADE, related_name="tracking")
    event_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20)
    description = models.TextField(blank=True)
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ["happened_at", "id"]
        indexes = [models.Index(fields=["happened_at"], name="tracking_newest")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.mail}"
