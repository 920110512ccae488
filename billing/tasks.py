from celery import shared_task
from django.utils import timezone

from billing.actions import invoices, tier_changes


@shared_task(name="billing.apply_due_changes", ignore_result=True)
def apply_due_changes() -> int:
    """Activate tier changes that take effect automatically."""
    return tier_changes.apply_due_changes(timezone.now())


@shared_task(name="billing.notify_overdue_changes", ignore_result=True)
def notify_overdue_changes() -> int:
    """Notify the account team of promised dates that have passed."""
    return tier_changes.notify_overdue_changes(timezone.now())


@shared_task(name="billing.close_months", ignore_result=True)
def close_months() -> int:
    """Issue the invoices of outstanding months."""
    return invoices.close_months(timezone.now())
