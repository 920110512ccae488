"""Mails, what became of them, and how people want them."""

from notifications.models import (  # noqa: F401 - Django finds the tables here
    inbound,
    messages,
    preferences,
    suppressions,
    texts,
    throttle,
)
