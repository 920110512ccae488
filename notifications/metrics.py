"""Metrics in the text format of Prometheus."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from notifications.models.messages import EmailMessage, MailState
from supportcenter.outbox.models import DeliveryState, OutboxDelivery


def exposition() -> str:
    """Return all metrics; four queries, each of which reads an index only."""
    now = timezone.now()
    delayed_since = EmailMessage.objects.oldest_delayed_since()
    counts = EmailMessage.objects.counts(since=now - timedelta(days=1))
    deliveries = OutboxDelivery.objects.all()
    return "".join(
        [
            _gauge(
                "mail_oldest_waiting_seconds",
                "Seconds since the oldest unsent mail was due.",
                {"": round((now - delayed_since).total_seconds()) if delayed_since else 0},
            ),
            _gauge(
                "mail_messages",
                "Messages created in the last 24 hours, by state.",
                {f'{{state="{state}"}}': counts.get(state, 0) for state in MailState.values},
            ),
            _gauge(
                "outbox_deliveries",
                "Event deliveries that are pending, and those that failed for good.",
                {
                    f'{{state="{state}"}}': deliveries.filter(state=state).count()
                    for state in (DeliveryState.PENDING.value, DeliveryState.DEAD.value)
                },
            ),
        ]
    )


def _gauge(name: str, text: str, values: Mapping[str, int]) -> str:
    """Return one metric with its values by label."""
    full = f"supportcenter_{name}"
    lines = [f"# HELP {full} {text}", f"# TYPE {full} gauge"]
    return "\n".join([*lines, *(f"{full}{label} {value}" for label, value in values.items())]) + "\n"
