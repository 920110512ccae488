"""Bulk jobs: what was requested, and the outcome for each ticket."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from orgs.models import User
from tickets.models.ticket import Ticket


class BulkKind(models.TextChoices):
    ASSIGN = "assign", "Assign"
    STATUS = "status", "Set status"
    SEVERITY = "severity", "Set severity"
    TAGS = "tags", "Add tags"
    MACRO = "macro", "Apply macro"
    MERGE = "merge", "Merge"


class BulkJob(models.Model):
    """A change that a worker makes on each of its items on behalf of one agent.

    ``arguments`` are those of the action; ``words`` describe it. ``query`` is the filter that found the
    tickets, if the agent chose everything that matches it.
    """

    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bulk_jobs")
    requested_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=20, choices=BulkKind)
    arguments = models.JSONField(default=dict)
    words = models.CharField(max_length=200)
    query = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0)
    canceled_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="bulk_job_unfinished", condition=Q(finished_at=None)),
            models.Index(fields=["requested_by", "-id"], name="bulk_job_of_person"),
        ]

    def __str__(self) -> str:
        return self.words

    def get_absolute_url(self) -> str:
        return reverse("tickets:bulk_job", args=[self.pk])


class Outcome(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Nothing to change"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


class BulkItem(models.Model):
    """One ticket of a bulk job. Its outcome is saved in the transaction that changes the ticket."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    message = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "ticket"], name="bulk_item_once")]
        indexes = [
            models.Index(fields=["job", "outcome", "id"], name="bulk_item_by_outcome"),
            models.Index(fields=["job", "id"], name="bulk_item_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.outcome}"
