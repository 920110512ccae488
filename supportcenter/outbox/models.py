from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """One published event. Written in the transaction of its change and never altered."""

    name = models.CharField(max_length=60)
    payload = models.JSONField()
    actor_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class DeliveryState(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class OutboxDelivery(models.Model):
    """The delivery of one message to one subscriber, until it is done or dead."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    is_urgent = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "outbox deliveries"
        constraints = [
            models.UniqueConstraint(fields=["message", "subscriber"], name="outbox_once_a_subscriber"),
        ]
        indexes = [
            models.Index(
                fields=["-is_urgent", "due_at", "id"], name="outbox_due", condition=Q(state="pending")
            ),
            models.Index(fields=["id"], name="outbox_dead", condition=Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.message} → {self.subscriber} ({self.state})"
