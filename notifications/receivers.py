"""The receiver of the mail provider's signal: delivery reports from anymail's webhooks."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, tracking
from django.dispatch import receiver
from django.utils import timezone

from notifications.actions.tracking import record_report
from notifications.tracking import IGNORED_KINDS, report_from


@receiver(tracking, dispatch_uid="notifications.tracking")
def on_tracking_event(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Record a provider's report. After an error the webhook answers 500, and the provider retries."""
    if event.event_type not in IGNORED_KINDS:
        record_report(report_from(event, esp_name, timezone.now()))
