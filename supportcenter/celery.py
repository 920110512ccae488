"""The Celery app and the whole beat schedule."""

import gc
import logging.config
import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import celeryd_after_setup, setup_logging, task_revoked
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportcenter.settings")

app = Celery("supportcenter")
app.set_default()  # for all threads: nudges are sent from their own
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
logger = structlog.get_logger(__name__)


@setup_logging.connect
def _use_django_logging(**kwargs: Any) -> None:
    """Let Celery log through Django's LOGGING, in the same structured format as the web server."""
    logging.config.dictConfig(settings.LOGGING)


@celeryd_after_setup.connect
def _share_memory(**kwargs: Any) -> None:
    """Keep the garbage collector away from what is loaded so far, or each process of a worker copies it."""
    gc.collect()
    gc.freeze()


@task_revoked.connect
def _report_expired(sender: Any, expired: bool, **kwargs: Any) -> None:
    """Log a run that was dropped because every worker was busy for so long, unless the next one is near."""
    if expired and sender.name not in POLLS:
        logger.warning("task_expired", task=sender.name)


SCHEDULE = {
    "dispatch events whose nudge was lost": ("outbox.dispatch", 2.0),
    "deliver mail that is due": ("notifications.deliver", 5.0),
    "deliver urgent mail that is due": ("notifications.deliver_urgent", 5.0),
    "compose digests that are due": ("notifications.compose_digests", 60.0),
    "release mails of workers that died": ("notifications.release_stuck", 10.0),
    "process mails that came in and whose task was lost": ("notifications.process_waiting_inbound", 60.0),
    "apply delivery reports that came early": ("notifications.apply_early_reports", 60.0),
    "report that a worker is alive": ("outbox.heartbeat", 10.0),
    "run bulk jobs whose nudge was lost": ("tickets.run_bulk", 5.0),
    "notify duty leads of overdue escalations": ("tickets.notify_overdue_escalations", 60.0),
    "check SLA clocks": ("tickets.check_clocks", 15.0),
    "activate tier changes that are due": ("billing.apply_due_changes", 60.0),
    "notify about overdue tier changes": ("billing.notify_overdue_changes", 900.0),
    # Hourly, because the 1st starts at a different hour in each time zone; a month is closed only once.
    "invoice months that have ended": ("billing.close_months", 3600.0),
    "recount the report figures of changed days": ("tickets.count_figures", 30.0),
    "recount the report figures of the last days": ("tickets.count_last_days", 21600.0),
    "return tickets of former agents": ("tickets.release_duties", 60.0),
    "close solved tickets": ("tickets.close_solved", 3600.0),
    "delete drafts that can't be sent anymore": ("tickets.delete_stale_drafts", 3600.0),
    "delete unsent uploads": ("tickets.delete_unsent_files", 3600.0),
    "delete files of killed uploads": ("tickets.delete_orphaned_files", 3600.0),
    "refresh the search index": ("tickets.sweep_index", 3600.0),
    "delete events that were delivered": ("outbox.prune", 3600.0),
}
# These only look for what a nudge has missed. One that must wait is dropped: the next one finds the same.
POLLS = {task for task, seconds in SCHEDULE.values() if seconds < 10}
# All others run even if workers are busy for up to a minute. So that runs don't pile up, they expire then, or
# when the next one is due.
MIN_EXPIRY = 60.0


def _expires(task: str, seconds: float) -> float:
    return seconds if task in POLLS else max(seconds, MIN_EXPIRY)


app.conf.beat_schedule = {
    words: {"task": task, "schedule": seconds, "options": {"expires": _expires(task, seconds)}}
    for words, (task, seconds) in SCHEDULE.items()
}
