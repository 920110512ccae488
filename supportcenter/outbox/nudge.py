"""Nudge a worker without making the caller wait.

What counts is the row in PostgreSQL; the broker only carries a nudge to look at it. Nudges are sent from a
separate thread, so a broker that hangs or is down delays nobody, and those that arrive while one is being
sent are combined. A lost nudge costs a few seconds, because the beat schedule looks for due rows as well.
"""

import os
import threading

import structlog
from celery import current_app
from django.db import transaction

logger = structlog.get_logger(__name__)


class Nudge:
    """Sends one Celery task, by name, from its own thread."""

    def __init__(self, task: str) -> None:
        self.task = task
        self._requested = threading.Event()
        self._lock = threading.Lock()
        self._pid: int | None = None

    def send(self) -> None:
        """Have the task run soon. Returns at once and never raises."""
        with self._lock:
            if self._pid != os.getpid():  # the first nudge of this process, also after a fork
                self._pid = os.getpid()
                self._requested = threading.Event()
                threading.Thread(target=self._send_forever, name=f"nudge {self.task}", daemon=True).start()
        self._requested.set()

    def send_on_commit(self) -> None:
        """Have the task run soon after the present transaction is committed."""
        transaction.on_commit(self.send)

    def _send_forever(self) -> None:
        while True:
            self._requested.wait()
            self._requested.clear()
            try:
                current_app.send_task(self.task, retry=False, ignore_result=True)
            except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, beat looks again
                logger.warning("nudge_failed", task=self.task, error=str(error))


dispatch = Nudge("outbox.dispatch")
