"""Merged and linked tickets."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from orgs.models import User
from tickets.models.ticket import Ticket

UNDOABLE_FOR = timedelta(hours=24)


class Merge(models.Model):
    """A ticket that was merged into another, with everything needed to undo it.

    ``moved`` holds what undoing needs by relation, as ``tickets.actions.relations`` wrote it.
    The other fields are snapshots of both tickets, as ``tickets.actions.snapshot`` takes them.
    """

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merged_here")
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    moved = models.JSONField(default=dict)
    source_before = models.JSONField(default=dict)
    target_before = models.JSONField(default=dict)
    target_after = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(undone_at=None), name="merged_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="merged_into_another"),
        ]

    def __str__(self) -> str:
        return f"{self.source.reference} into {self.target.reference}"

    @property
    def undoable_until(self) -> datetime:
        return self.merged_at + UNDOABLE_FOR

    @property
    def is_undoable(self) -> bool:
        return self.undone_at is None and timezone.now() <= self.undoable_until


class TicketLink(models.Model):
    """Two related tickets, the one with the smaller number first. For staff only."""

    first = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_to")
    second = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_from")
    linked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="ticket_link_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="ticket_link_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first.reference} and {self.second.reference}"
