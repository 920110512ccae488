"""Outgoing mails as rows."""

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
    HELD = "held", "Held for a digest"
    SENDING = "sending", "Sending"
    RETRY = "retry", "Retrying"
    SENT = "sent", "Sent"
    DIGESTED = "digested", "In a digest"
    DELIVERED = "delivered", "Delivered"
    BOUNCED = "bounced", "Bounced"
    COMPLAINED = "complained", "Reported as spam"
    FAILED = "failed", "Failed"
    WITHHELD = "withheld", "Withheld"


WAITING = (MailState.QUEUED, MailState.RETRY)


class Lane(models.IntegerChoices):
    """The order in which due mails are sent. `notifications.lanes` decides which mail is in which lane."""

    URGENT = 0, "Sign-in and escalations"
    NORMAL = 1, "Tickets"
    BULK = 2, "Digests and mailings"


# The server accepted the mail, whatever happened later.
ACCEPTED = (MailState.SENT, MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED)
# States in which a mail can be resent once the cause is fixed.
RESENDABLE = (MailState.FAILED, MailState.BOUNCED, MailState.WITHHELD, MailState.SENT)


class Reason(models.TextChoices):
    """Why a person gets a mail about a ticket, the strongest first. All but the last can be turned off."""

    REQUESTER = "requester", "Tickets you opened"
    PARTICIPANT = "participant", "Tickets you're CC'd on"
    MENTIONED = "mentioned", "Internal notes that mention you"
    ASSIGNEE = "assignee", "Tickets assigned to you"
    FOLLOWER = "follower", "Tickets you follow"
    LEAD = "lead", "Escalations, as a duty lead"


def _suppressions() -> models.QuerySet:
    """Return active suppressions of the address of each row of an outer query on mails."""
    return Suppression.objects.active().filter(address=Lower(OuterRef("to_address")))


class EmailMessageQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Return all mails for agents; for anyone else their own, without those about internal notes."""
        if actor.can(Capability.WORK_QUEUE):
            return self.all()
        if not actor.user_id:
            return self.none()
        return self.filter(recipient=actor.user_id).exclude(activity__is_internal=True)

    def about(self, ticket: Ticket) -> Self:
        """Return mails about updates of a ticket."""
        return self.filter(ticket=ticket, activity__isnull=False)

    def to(self, text: str) -> Self:
        """Return mails to an address; if the text is none, to addresses and names that contain it."""
        if "@" in text.strip("@"):
            return self.filter(to_address=text.lower())
        return self.filter(Q(to_address__icontains=text) | Q(recipient__name__icontains=text))

    def for_ledger(self) -> Self:
        """Load what a row of the ledger shows, with ``is_suppressed``: two queries."""
        mails = self.select_related("recipient", "activity__actor", "ticket", "resent_by")
        return mails.prefetch_related("tracking").annotate(is_suppressed=Exists(_suppressions()))

    def resendable(self) -> Self:
        """Return mails that ``can_be_resent``, without those to suppressed addresses."""
        is_emptied = Q(kind="account", content={})
        return self.filter(~is_emptied, ~Exists(_suppressions()), state__in=RESENDABLE)

    def bounced(self) -> Self:
        """Return mails that bounced or were reported as spam."""
        return self.filter(state__in=["bounced", "complained"])

    def with_waiting_since(self) -> Self:
        """Add ``waiting_since``: since when an unsent mail should have been sent.

        Until the first attempt that is when it was due, so that quiet hours do not count; after it, when it
        was requested.
        """
        requested_at = Coalesce("resent_at", "created_at")
        return self.annotate(waiting_since=Case(When(attempts__gt=0, then=requested_at), default=F("due_at")))

    def delayed(self, by: timedelta = timedelta()) -> Self:
        """Return mails that should have been sent ``by`` ago or earlier. Held mail is not delayed."""
        return self.unsent().with_waiting_since().filter(waiting_since__lte=timezone.now() - by)

    def oldest_delayed_since(self) -> datetime | None:
        """Return since when the most delayed mail has been waiting; None if none is delayed."""
        return self.delayed().aggregate(oldest=Min("waiting_since"))["oldest"]

    def counts(self, since: datetime) -> dict[str, int]:
        """Count the mails created since an instant, by state."""
        newer = self.filter(created_at__gte=since).order_by()
        return dict(newer.values_list("state").annotate(Count("pk")))

    def waiting(self) -> Self:
        """Return mails to be sent, now or later."""
        return self.filter(state__in=["queued", "retry"])

    def held(self) -> Self:
        """Return mails that wait for their recipient's next digest."""
        return self.filter(state="held")

    def in_digests(self, digests: Collection[EmailMessage]) -> Self:
        """Return the updates in some digests, oldest first, with what a digest shows of them."""
        related = ["ticket__organization", "activity__actor", "activity__comment__author", "event"]
        lines = self.filter(digest__in=digests, state="digested").select_related(*related)
        return lines.order_by("activity__created_at", "activity_id")

    def unsent(self) -> Self:
        """Return mails to be sent, including those with a worker that may have died."""
        return self.filter(state__in=["queued", "retry", "sending"])

    def due(self) -> Self:
        """Return mails to be sent now, in order."""
        return self.waiting().filter(due_at__lte=timezone.now()).in_order()

    def in_order(self) -> Self:
        """Order mails as they are sent; an index has the same order."""
        return self.order_by("lane", "due_at", "id")

    def urgent(self) -> Self:
        """Return mails of the first lane."""
        return self.filter(lane=Lane.URGENT)

    def sending(self) -> Self:
        """Return mails that a worker claimed and that are still not sent."""
        return self.filter(state="sending")

    def stuck(self, ended_claims: Collection[int | None], instant: datetime) -> Self:
        """Return mails whose claim has ended, or that were claimed before an instant; still not sent."""
        return self.sending().filter(Q(claim__in=ended_claims) | Q(claimed_at__lt=instant))

    def not_suspect(self) -> Self:
        """Return mails during which no worker died."""
        return self.filter(crashes=0)

    def suspect(self) -> Self:
        """Return mails during which a worker died; they may be the cause."""
        return self.filter(crashes__gt=0)

    def last_accepted(self, ticket_id: int, user_ids: Collection[int | None], count: int) -> Self:
        """Return each person's last accepted mails about a ticket, oldest first; one query."""
        sent = self.filter(ticket=ticket_id, recipient__in=user_ids, state__in=ACCEPTED)
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

    def with_message_ids(self, message_ids: Collection[str]) -> Self:
        """Return the mails that have one of some Message-IDs."""
        return self.filter(pk__in=[own for each in message_ids if (own := self._id_in(each))])

    def reported_since(self, instant: datetime, kinds: Collection[str]) -> Self:
        """Return mails that count as sent although a report of one of these kinds came."""
        reports = TrackingEvent.objects.filter(happened_at__gte=instant, kind__in=kinds)
        return self.filter(state="sent", pk__in=reports.values("mail"))

    @staticmethod
    def _id_in(message_id: str) -> UUID | None:
        """Return the id of a mail in its Message-ID; None for one that is not ours."""
        local, _, host = message_id.strip().removeprefix("<").removesuffix(">").partition("@")
        try:
            return UUID(local) if host.lower() == settings.ALLOWED_HOSTS[0] else None
        except ValueError:
            return None


class EmailMessage(models.Model):
    """One mail to one recipient: queued → sending → sent, or retry, failed, withheld; or held → digested.

    Mails about tickets are rendered when they are sent. Mails of other kinds are rendered from ``content``;
    that of sign-in emails is emptied once they are sent, because it may contain a link that signs in.
    ``reason`` and ``follow`` are why the recipient gets the mail, and so what its unsubscribe link ends.
    Delivery reports (delivered, bounced, reported) change the state of a sent mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    recipient = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="mails")
    to_address = models.EmailField()
    reason = models.CharField(max_length=15, choices=Reason, blank=True)
    follow = models.ForeignKey(Follow, null=True, on_delete=models.SET_NULL, related_name="+")
    reason_text = models.CharField(max_length=200, blank=True)
    event = models.ForeignKey(OutboxMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="mails")
    activity = models.ForeignKey(Activity, null=True, on_delete=models.CASCADE, related_name="mails")
    digest = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="digested")
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(default=0, help_text="How many workers died while sending it")
    lane = models.PositiveSmallIntegerField(choices=Lane, default=Lane.NORMAL)
    due_at = models.DateTimeField(default=timezone.now)
    claim = models.IntegerField(null=True, help_text="The claim of the worker that last had it")
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    detail = models.TextField(blank=True, help_text="The server's last reply, or why the mail was withheld")
    provider_id = models.CharField(max_length=200, blank=True, help_text="The mail provider's own id")
    created_at = models.DateTimeField(default=timezone.now)
    resent_at = models.DateTimeField(null=True, help_text="When staff last resent it")
    resent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = EmailMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "to_address"], name="mail_once_an_event"),
            models.CheckConstraint(
                condition=Q(state__in=ACCEPTED, sent_at__isnull=False)
                | (~Q(state__in=ACCEPTED) & Q(sent_at__isnull=True)),
                name="mail_sent_at_with_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"], name="mail_due", condition=Q(state__in=["queued", "retry"])
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
        """Return whether it can be resent. The content of a sign-in mail is gone once it was sent."""
        return self.state in RESENDABLE and (self.kind != "account" or bool(self.content))

    @property
    def about(self) -> str:
        """Return what a mail without a ticket is about, in a word or two."""
        return self.kind.replace("_", " ").capitalize()

    @property
    def message_id(self) -> str:
        """Return the Message-ID, the same for every attempt, so that duplicates are recognized."""
        return f"<{self.pk}@{settings.ALLOWED_HOSTS[0]}>"


class TrackingEvent(models.Model):
    """One delivery report about a sent mail. Webhooks may come twice, late, and out of order."""

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
