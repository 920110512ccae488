"""The only writers of what organizations bought and what it costs."""

from billing.actions.calendars import add_closed_days, save_calendar
from billing.actions.charges import import_charges, set_exchange_rate
from billing.actions.groups import GroupDraft, create_group, delete_group, edit_group
from billing.actions.invoices import close_month, close_months, grant_credit
from billing.actions.periods import start_period
from billing.actions.sla import record_custom_sla, remove_custom_sla
from billing.actions.tier_changes import (
    apply_due_changes,
    cancel_tier_change,
    complete_tier_change,
    refuse_tier_change,
    request_tier_change,
    start_set_up,
    tell_of_overdue_changes,
)

__all__ = [
    "GroupDraft",
    "add_closed_days",
    "apply_due_changes",
    "cancel_tier_change",
    "close_month",
    "close_months",
    "complete_tier_change",
    "create_group",
    "delete_group",
    "edit_group",
    "grant_credit",
    "import_charges",
    "record_custom_sla",
    "refuse_tier_change",
    "remove_custom_sla",
    "request_tier_change",
    "save_calendar",
    "set_exchange_rate",
    "start_period",
    "start_set_up",
    "tell_of_overdue_changes",
]
