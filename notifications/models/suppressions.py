"""Addresses that nothing is sent to."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from orgs.models import User


class SuppressionCause(models.TextChoices):
    BOUNCE = "bounce", "Bounced"
    COMPLAINT = "complaint", "Reported as spam"


class SuppressionQuerySet(models.QuerySet):
    def active(self) -> Self:
        """Return suppressions that have not been removed."""
        return self.filter(removed_at=None)

    def of(self, address: str) -> Self:
        """Return all suppressions of an address, active and removed."""
        return self.filter(address=address.lower())

    def matching(self, text: str) -> Self:
        """Return suppressions of addresses that contain a text."""
        return self.filter(address__icontains=text)

    def for_list(self) -> Self:
        """Load what a row shows; active ones first, then the newest: one query."""
        rows = self.select_related("mail__ticket", "removed_by")
        return rows.order_by(F("removed_at").desc(nulls_first=True), "-suppressed_at", "-pk")


class Suppression(models.Model):
    """An address that gets no mail until staff remove the suppression. One at most is active for each."""

    address = models.EmailField()
    cause = models.CharField(max_length=10, choices=SuppressionCause)
    detail = models.TextField(blank=True)
    mail = models.ForeignKey(
        "notifications.EmailMessage", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    suppressed_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ["-suppressed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(removed_at__isnull=True), name="suppressed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_cause_display()}"
