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


class Suppression(models.Model):
    """An address that we do not write to, until staff lift it. At most one stands for an address."""

    address = models.EmailField()
    cause = models.CharField(max_length=10, choices=SuppressionCause)
    detail = models.TextField(blank=True)
    mail = models.ForeignKey(
        "notifications.EmailMessage", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    suppressed_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ["-suppressed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(lifted_at__isnull=True), name="suppressed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_cause_display()}"
