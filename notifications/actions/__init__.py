"""The only writers of what becomes of mails, and of what people want of them."""

from notifications.actions.preferences import change_preferences, stop
from notifications.actions.resending import resend_mail, resend_mails
from notifications.actions.suppressions import lift_suppression, suppress
from notifications.actions.texts import word_mails
from notifications.actions.tracking import record_dsn, record_report, settle_early_reports

__all__ = [
    "change_preferences",
    "lift_suppression",
    "record_dsn",
    "record_report",
    "resend_mail",
    "resend_mails",
    "settle_early_reports",
    "stop",
    "suppress",
    "word_mails",
]
