"""Reads with names."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from notifications.tracking import Report


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

    def named_in(self, report: Report) -> Self | None:
        """The mail that a report names, if it had the recipient that the report says; None if it names none.

        By our own id, else by the provider's, else by the Message-ID.
        """
        own = report.mail_id or self._id_in(report.message_id)
        found = self.filter(pk=own) if own else self.filter(provider_id=report.provider_id)
        if not own and not (report.provider_id and report.recipient):
            return None
        return found.filter(to_address__iexact=report.recipient) if report.recipient else found

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
