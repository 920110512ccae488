"""The only writers of what becomes of mails."""

from notifications.actions.resending import resend_mail, resend_mails
from notifications.actions.suppressions import lift_suppression, suppress
from notifications.actions.tracking import record_dsn, record_report, settle_early_reports

__all__ = [
    "lift_suppression",
    "record_dsn",
    "record_report",
    "resend_mail",
    "resend_mails",
    "settle_early_reports",
    "suppress",
]
