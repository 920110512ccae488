"""Reads with names."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone


class EmailMessageQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Not sent yet, and not given up."""
        return self.filter(state__in=["queued", "retry"])

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
        from notifications.models import TAKEN

        sent = self.filter(ticket=ticket_id, recipient__in=user_ids, state__in=TAKEN)
        from_last = Window(RowNumber(), partition_by="recipient", order_by=F("created_at").desc())
        return sent.annotate(from_last=from_last).filter(from_last__lte=count).order_by("created_at")
