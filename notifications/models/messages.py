"""Outgoing mail as rows: what becomes of each mail to each person."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, When, Window
from django.db.models.functions import Coalesce, Lower, RowNumber
from django.utils import timezone

from notifications.models.suppressions import Suppression
from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
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
# What can be sent again, once what stood in the way is mended.
RESENDABLE = (MailState.FAILED, MailState.BOUNCED, MailState.WITHHELD, MailState.SENT)


class Reason(models.TextChoices):
    """Why somebody gets a mail about a ticket; the strongest first. Each can be switched off but the last."""

    REQUESTER = "requester", "Tickets that you opened"
    PARTICIPANT = "participant", "Tickets on which you are CC'd"
    MENTIONED = "mentioned", "Internal notes that mention you"
    ASSIGNEE = "assignee", "Tickets assigned to you"
    FOLLOWER = "follower", "Tickets that you follow"
    LEAD = "lead", "Escalations, as a duty lead"


class EmailMessageQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """All mails for staff who work the queue; for anybody else their own, but none on internal notes."""
        if actor.can(Capability.WORK_QUEUE):
            return self.all()
        if not actor.user_id:
            return self.none()
        return self.filter(recipient=actor.user_id).exclude(activity__is_internal=True)

    def about(self, ticket: Ticket) -> Self:
        """Mails about updates of a ticket."""
        return self.filter(ticket=ticket, activity__isnull=False)

    def to(self, words: str) -> Self:
        """To an address; if the words are none, to addresses and people whose name holds them."""
        if "@" in words.strip("@"):
            return self.filter(to_address=words.lower())
        return self.filter(Q(to_address__icontains=words) | Q(recipient__name__icontains=words))

    def for_ledger(self) -> Self:
        """With what a line of the ledger shows, and ``is_suppressed``: two queries."""
        standing = Suppression.objects.standing().filter(address=Lower(OuterRef("to_address")))
        mails = self.select_related("recipient", "activity__actor", "ticket", "resent_by")
        return mails.prefetch_related("tracking").annotate(is_suppressed=Exists(standing))

    def resendable(self) -> Self:
        """What ``can_be_resent``, but not to suppressed addresses."""
        standing = Suppression.objects.standing().filter(address=Lower(OuterRef("to_address")))
        can_be_made = ~Q(kind="account", content={})
        return self.filter(can_be_made, ~Exists(standing), state__in=RESENDABLE)

    def came_back(self) -> Self:
        return self.filter(state__in=["bounced", "complained"])

    def with_waiting_since(self) -> Self:
        """With ``waiting_since``: since when a mail that is not sent yet should have gone out.

        Before the first attempt ends that is when it was due, so that quiet hours do not count; later, when
        it was asked for.
        """
        asked_at = Coalesce("resent_at", "created_at")
        return self.annotate(waiting_since=Case(When(attempts__gt=0, then=asked_at), default=F("due_at")))

    def delayed(self, by: timedelta = timedelta()) -> Self:
        """Not sent, though it should have been for that long. What waits on purpose is not delayed."""
        return self.unsent().with_waiting_since().filter(waiting_since__lte=timezone.now() - by)

    def oldest_waiting_since(self) -> datetime | None:
        """Since when the mail that is delayed most waits; None where none is."""
        return self.delayed().aggregate(oldest=Min("waiting_since"))["oldest"]

    def counts(self, since: datetime) -> dict[str, int]:
        """How many mails there are in each state, of those written since then."""
        newer = self.filter(created_at__gte=since).order_by()
        return dict(newer.values_list("state").annotate(Count("pk")))

    def waiting(self) -> Self:
        """Not sent yet, and not given up."""
        return self.filter(state__in=["queued", "retry"])

    def held(self) -> Self:
        """Waiting for their person's next digest."""
        return self.filter(state="held")

    def in_digests(self, digests: Collection[EmailMessage]) -> Self:
        """Return the updates in some digests, oldest first, with what a digest shows of them."""
        related = ["ticket__organization", "activity__actor", "activity__comment__author", "event"]
        lines = self.filter(digest__in=digests, state="digested").select_related(*related)
        return lines.order_by("activity__created_at", "activity_id")

    def unsent(self) -> Self:
        """Waiting, or with a worker that may have died."""
        return self.filter(state__in=["queued", "retry", "sending"])

    def due(self) -> Self:
        return self.waiting().filter(due_at__lte=timezone.now()).order_by("due_at", "id")

    def stuck_since(self, instant: datetime) -> Self:
        """Claimed by a worker that has not been heard of since."""
        return self.filter(state="sending", claimed_at__lt=instant)

    def harmless(self) -> Self:
        """No worker died while sending them."""
        return self.filter(losses=0)

    def suspect(self) -> Self:
        """A worker died while sending them; they may be what killed it."""
        return self.filter(losses__gt=0)

    def last_taken(self, ticket_id: int, user_ids: Collection[int | None], count: int) -> Self:
        """For each person the last mails about a ticket that the server took, oldest first; one query."""
        sent = self.filter(ticket=ticket_id, recipient__in=user_ids, state__in=TAKEN)
        from_last = Window(RowNumber(), partition_by="recipient", order_by=F("created_at").desc())
        return sent.annotate(from_last=from_last).filter(from_last__lte=count).order_by("created_at")

    def named(
        self, *, mail_id: UUID | None, message_id: str, provider_id: str, recipient: str
    ) -> Self | None:
        """Return the mail that a report is about, found by our own id, the provider's or the Message-ID.

        None if the report names none. A mail to anyone but the ``recipient`` of the report does not count.
        """
        own = mail_id or self._id_in(message_id)
        if not own and not (provider_id and recipient):
            return None
        found = self.filter(pk=own) if own else self.filter(provider_id=provider_id)
        return found.filter(to_address__iexact=recipient) if recipient else found

    def reported_since(self, instant: datetime, kinds: Collection[str]) -> Self:
        """Return mails that count as sent although a report of one of these kinds came."""
        reports = TrackingEvent.objects.filter(happened_at__gte=instant, kind__in=kinds)
        return self.filter(state="sent", pk__in=reports.values("mail"))

    @staticmethod
    def _id_in(message_id: str) -> UUID | None:
        """The id of a mail in its Message-ID; None for one that is not ours."""
        local, _, host = message_id.strip().removeprefix("<").removesuffix(">").partition("@")
        try:
            return UUID(local) if host.lower() == settings.ALLOWED_HOSTS[0] else None
        except ValueError:
            return None


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
