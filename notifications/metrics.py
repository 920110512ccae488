"""Numbers for Prometheus, in its text format."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from notifications.models.messages import EmailMessage, MailState
from supportcenter.outbox.models import DeliveryState, OutboxDelivery


def exposition() -> str:
    """All metrics; four queries, each of which reads an index only."""
    now = timezone.now()
    oldest = EmailMessage.objects.oldest_waiting_since()
    counts = EmailMessage.objects.counts(since=now - timedelta(days=1))
    deliveries = OutboxDelivery.objects.all()
    return "".join(
        [
            _gauge(
                "mail_oldest_waiting_seconds",
                "Age of the oldest mail that should have gone out already.",
                {"": round((now - oldest).total_seconds()) if oldest else 0},
            ),
            _gauge(
                "mail_messages",
                "Mails written in the last 24 hours, by state.",
                {f'{{state="{state}"}}': counts.get(state, 0) for state in MailState.values},
            ),
            _gauge(
                "outbox_deliveries",
                "Events that wait for a subscriber, or that one gave up.",
                {
                    f'{{state="{state}"}}': deliveries.filter(state=state).count()
                    for state in (DeliveryState.PENDING.value, DeliveryState.DEAD.value)
                },
            ),
        ]
    )


def _gauge(name: str, says: str, values: Mapping[str, int]) -> str:
    """One metric with its values by label."""
    full = f"supportcenter_{name}"
    lines = [f"# HELP {full} {says}", f"# TYPE {full} gauge"]
    return "\n".join([*lines, *(f"{full}{label} {value}" for label, value in values.items())]) + "\n"
