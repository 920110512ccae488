"""Who gets which mail, and what became of it."""

from notifications.models import messages, pace, preferences, suppressions, texts  # noqa: F401 - Django finds the tables here
