from celery import shared_task
from django.utils import timezone

from tickets.actions import changes, clocks, composing, escalation, files, indexing, leaving
from tickets.bulk import actions as bulk
from tickets.reports.actions import count_dirty_days, mark_last_days


@shared_task(name="tickets.close_solved", ignore_result=True)
def close_solved() -> int:
    """Close tickets that have been solved for long enough."""
    return changes.close_solved()


@shared_task(name="tickets.delete_stale_drafts", ignore_result=True)
def delete_stale_drafts() -> int:
    """Delete drafts that can't be sent anymore."""
    return composing.delete_stale_drafts()


@shared_task(name="tickets.delete_unsent_files", ignore_result=True)
def delete_unsent_files() -> int:
    """Delete uploads that were never sent with a comment."""
    return files.delete_unsent_files()


@shared_task(name="tickets.delete_orphaned_files", ignore_result=True)
def delete_orphaned_files() -> int:
    """Delete stored files of uploads during which the process was killed."""
    return files.delete_orphaned_files()


@shared_task(name="tickets.check_clocks", ignore_result=True)
def check_clocks() -> int:
    """Recalculate stale clocks and notify about those that are due soon or overdue."""
    return clocks.check_clocks(timezone.now())


@shared_task(name="tickets.notify_overdue_escalations", ignore_result=True)
def notify_overdue_escalations() -> int:
    """Notify duty leads of overdue escalations."""
    return escalation.notify_overdue_escalations()


@shared_task(name="tickets.release_duties", ignore_result=True)
def release_duties() -> int:
    """Return unsolved tickets of former agents to their teams."""
    return leaving.release_duties_of_former_agents()


@shared_task(name="tickets.run_bulk", ignore_result=True)
def run_bulk() -> int:
    """Run waiting bulk jobs."""
    return bulk.run_bulk()


@shared_task(name="tickets.sweep_index", ignore_result=True)
def sweep_index() -> int:
    """Check the search index of every ticket once a day, a share every hour."""
    return indexing.sweep_index(timezone.now())


@shared_task(name="tickets.count_figures", ignore_result=True)
def count_figures() -> int:
    """Recount the days on which something changed."""
    return count_dirty_days()


@shared_task(name="tickets.count_last_days", ignore_result=True)
def count_last_days() -> int:
    """Recount the last days, whether or not a change was published."""
    mark_last_days()
    return count_dirty_days()
