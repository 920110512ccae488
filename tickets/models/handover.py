from django.db import models
from django.utils import timezone

from orgs.models import User
from supportcenter.bounds import is_within
from tickets.models.ticket import Ticket


class Handover(models.Model):
    """A handover note: what the next agent needs to know, above all on a Critical ticket. For staff only."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="handover")
    state = models.TextField()
    next_step = models.TextField()
    next_update_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=is_within("next_update_at"), name="handover_time_within_bounds")
        ]

    def __str__(self) -> str:
        return f"Handover of {self.ticket.reference}"
