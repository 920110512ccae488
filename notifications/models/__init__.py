"""Who gets which mail, and what became of it."""

from notifications.models.messages import TAKEN, WAITING, EmailMessage, MailState, Reason, TrackingEvent
from notifications.models.pace import SendingPace
from notifications.models.preferences import MailPreferences, Rhythm, Suppression, SuppressionCause
from notifications.models.texts import MailText, TextKind

__all__ = [
    "TAKEN",
    "WAITING",
    "EmailMessage",
    "MailPreferences",
    "MailState",
    "MailText",
    "Reason",
    "Rhythm",
    "SendingPace",
    "Suppression",
    "SuppressionCause",
    "TextKind",
    "TrackingEvent",
]
