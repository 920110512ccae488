"""Reads with names."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, When, Window
from django.db.models.functions import Coalesce, Lower, RowNumber
from django.utils import timezone

from orgs.actor import Actor
from orgs.roles import Capability
from tickets.models.ticket import Ticket

if TYPE_CHECKING:
    from notifications.tracking import Report

# What can be sent again, once what stood in the way is mended.
RESENDABLE = ("failed", "bounced", "withheld", "sent")


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
        from notifications.models.preferences import Suppression

        standing = Suppression.objects.standing().filter(address=Lower(OuterRef("to_address")))
        mails = self.select_related("recipient", "activity__actor", "ticket", "resent_by")
        return mails.prefetch_related("tracking").annotate(is_suppressed=Exists(standing))

    def resendable(self) -> Self:
        """What ``can_be_resent``, but not to suppressed addresses."""
        from notifications.models.preferences import Suppression

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

    def in_digests(self, digests: Collection[UUID]) -> Self:
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
        from notifications.models.messages import TAKEN

        sent = self.filter(ticket=ticket_id, recipient__in=user_ids, state__in=TAKEN)
        from_last = Window(RowNumber(), partition_by="recipient", order_by=F("created_at").desc())
        return sent.annotate(from_last=from_last).filter(from_last__lte=count).order_by("created_at")

    def named_in(self, report: Report) -> Self | None:
        """The mail that a report names, if it had the recipient that the report says; None if it names none.

        By our own id, else by the provider's, else by the Message-ID.
        """
        own = report.mail_id or self._id_in(report.message_id)
        found = self.filter(pk=own) if own else self.filter(provider_id=report.provider_id)
        if not own and not (report.provider_id and report.recipient):
            return None
        return found.filter(to_address__iexact=report.recipient) if report.recipient else found

    def told_of_since(self, instant: datetime) -> Self:
        """Mails that count as sent, though something that changes that was told of them."""
        from notifications.models.messages import TrackingEvent
        from notifications.tracking import STATES

        told = TrackingEvent.objects.filter(happened_at__gte=instant, kind__in=list(STATES))
        return self.filter(state="sent", pk__in=told.values("mail"))

    @staticmethod
    def _id_in(message_id: str) -> UUID | None:
        """The id of a mail in its Message-ID; None for one that is not ours."""
        local, _, host = message_id.strip().removeprefix("<").removesuffix(">").partition("@")
        try:
            return UUID(local) if host.lower() == settings.ALLOWED_HOSTS[0] else None
        except ValueError:
            return None


class SuppressionQuerySet(models.QuerySet):
    def standing(self) -> Self:
        return self.filter(lifted_at=None)

    def of(self, address: str) -> Self:
        """All of an address, standing and lifted."""
        return self.filter(address=address.lower())

    def like(self, words: str) -> Self:
        return self.filter(address__icontains=words)

    def for_list(self) -> Self:
        """With what a line shows, standing ones first, the newest first: one query."""
        rows = self.select_related("mail__ticket", "lifted_by")
        return rows.order_by(F("lifted_at").desc(nulls_first=True), "-suppressed_at", "-pk")
