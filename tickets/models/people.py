from django.db import models
from django.db.models import Q
from django.utils import timezone

from orgs.models import User
from orgs.source import Source


class Participant(models.Model):
    """Someone in the conversation besides the requester: "CC" on screen."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="participations")
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="participant_once")]

    def __str__(self) -> str:
        return f"{self.user} on {self.ticket.reference}"


class Escalation(models.Model):
    """A recorded call for more attention. A ticket has at most one open."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="escalations")
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=10, choices=Source)
    text = models.TextField(blank=True)
    deadline_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["deadline_at"],
                name="escalation_to_remind_of",
                condition=Q(acknowledged_at=None, closed_at=None, reminded_at=None),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(closed_at__isnull=True), name="escalation_open_once"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_by__isnull=True, acknowledged_at__isnull=True)
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="escalation_acknowledged_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"Escalation of {self.ticket.reference}"

    @property
    def is_late(self) -> bool:
        """Return whether the deadline has passed without an acknowledgment."""
        return self.acknowledged_at is None and self.deadline_at <= timezone.now()


class Visit(models.Model):
    """When a person last looked at a ticket; what changed since then is unread."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="visits")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="visits")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="visit_once")]

    def __str__(self) -> str:
        return f"{self.user} saw {self.ticket.reference}"


class Rating(models.Model):
    """A customer's rating of a solved ticket: 1 to 5, with an optional comment."""

    ticket = models.OneToOneField("tickets.Ticket", on_delete=models.CASCADE, related_name="rating")
    rated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField(default=timezone.now)
    score = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="rating_one_to_five")
        ]
        indexes = [models.Index(fields=["rated_at"], name="rating_by_day")]

    def __str__(self) -> str:
        return f"{self.score} for {self.ticket.reference}"


MAX_ADDRESSES = 50
