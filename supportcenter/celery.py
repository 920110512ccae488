"""The Celery app and the whole beat schedule."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportcenter.settings")

app = Celery("supportcenter")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def _use_django_logging(**kwargs: Any) -> None:
    """Let Celery log through Django's LOGGING, in the same structured form as the web server."""
    logging.config.dictConfig(settings.LOGGING)


app.conf.beat_schedule = {
    "dispatch events that their bell missed": {"task": "outbox.dispatch", "schedule": 2.0},
    "deliver mail that is due": {"task": "notifications.deliver", "schedule": 5.0},
    "free mails of a worker that died": {"task": "notifications.free_stuck", "schedule": 60.0},
    "tell that a worker is alive": {"task": "outbox.heartbeat", "schedule": 10.0},
    "close solved tickets": {"task": "tickets.close_solved", "schedule": 3600.0},
}
