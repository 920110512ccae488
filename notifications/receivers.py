"""The only receiver of a signal: what providers tell through anymail's webhooks."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.dispatch import receiver
from django.utils import timezone

from notifications.actions.tracking import record_report
from notifications.tracking import NOT_KEPT, report_of


@receiver(tracking, dispatch_uid="notifications.tracking")
def hear(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Keep what a provider tells. An error lets the webhook answer 500, and the provider tells it again."""
    if event.event_type not in NOT_KEPT:
        record_report(report_of(event, esp_name, timezone.now()))
