from django.db import models
from django.utils import timezone

from orgs.models import User
from tickets.models.ticket import Ticket


class Handover(models.Model):
    """What the next agent must know of a ticket, at a glance: above all of a Critical one. For staff only."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="handover")
    state = models.TextField()
    next_step = models.TextField()
    next_update_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Handover of {self.ticket.reference}"
