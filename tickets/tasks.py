from celery import shared_task
from django.utils import timezone

from tickets.actions import changes, clocks, composing, escalation, files, indexing
from tickets.bulk import actions as bulk
from tickets.reports.actions import count_dirty_days, mark_last_days


@shared_task(name="tickets.close_solved", ignore_result=True)
def close_solved() -> int:
    """Close what has been solved for long enough."""
    return changes.close_solved()


@shared_task(name="tickets.drop_drafts", ignore_result=True)
def drop_drafts() -> int:
    """Delete drafts that nobody can send any more."""
    return composing.drop_drafts()


@shared_task(name="tickets.drop_unsent_files", ignore_result=True)
def drop_unsent_files() -> int:
    """Delete uploads that were never sent with a comment."""
    return files.drop_unsent_files()


@shared_task(name="tickets.watch_clocks", ignore_result=True)
def watch_clocks() -> int:
    """Warn ahead of what runs out, and tell of what did."""
    return clocks.watch(timezone.now())


@shared_task(name="tickets.remind_of_escalations", ignore_result=True)
def remind_of_escalations() -> int:
    """Tell again of escalations that nobody took in time."""
    return escalation.remind_of_escalations()


@shared_task(name="tickets.run_bulk", ignore_result=True)
def run_bulk() -> int:
    """Carry out bulk jobs that wait."""
    return bulk.run_bulk()


@shared_task(name="tickets.sweep_index", ignore_result=True)
def sweep_index() -> int:
    """Look once a day at what search knows of each ticket, a share every hour."""
    return indexing.sweep_index(timezone.now())


@shared_task(name="tickets.count_figures", ignore_result=True)
def count_figures() -> int:
    """Count the days anew on which something changed."""
    return count_dirty_days()


@shared_task(name="tickets.count_last_days", ignore_result=True)
def count_last_days() -> int:
    """Count the last days anew, whether or not anybody told of a change."""
    mark_last_days()
    return count_dirty_days()
