"""Reads with names."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone


class EmailMessageQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Not sent yet, and not given up."""
        return self.filter(state__in=["queued", "retry"])

    def held(self) -> Self:
        """Waiting for their person's next digest."""
        return self.filter(state="held")

    def unsent(self) -> Self:
        """Waiting, or with a worker that may have died."""
        return self.filter(state__in=["queued", "retry", "sending"])

    def due(self) -> Self:
        return self.waiting().filter(due_at__lte=timezone.now()).order_by("due_at", "id")

    def stuck_since(self, instant: datetime) -> Self:
        """Claimed by a worker that has not been heard of since."""
        return self.filter(state="sending", claimed_at__lt=instant)
