"""The only writers of what became of mails."""

from notifications.actions.suppressions import lift_suppression, suppress
from notifications.actions.tracking import record_report

__all__ = ["lift_suppression", "record_report", "suppress"]
