from celery import shared_task
from django.utils import timezone

from billing.actions import invoices, tier_changes


@shared_task(name="billing.apply_due_changes", ignore_result=True)
def apply_due_changes() -> int:
    """Activate tier changes that take effect by themselves."""
    return tier_changes.apply_due_changes(timezone.now())


@shared_task(name="billing.notify_overdue_changes", ignore_result=True)
def notify_overdue_changes() -> int:
    """Tell the account team of promised dates that have passed."""
    return tier_changes.notify_overdue_changes(timezone.now())


@shared_task(name="billing.close_months", ignore_result=True)
def close_months() -> int:
    """Make the invoices of months that are over."""
    return invoices.close_months(timezone.now())
