"""Waking a worker without ever making the caller wait.

The promise is the row in PostgreSQL; the broker is only the bell. A ring is handed to a thread, so a broker
that hangs or is down delays nobody, and rings that come while one is being sent fold into the next. A lost
ring costs a few seconds: the beat schedule looks for due rows as well.
"""

import os
import threading

import structlog
from celery import current_app

logger = structlog.get_logger(__name__)


class Bell:
    """Sends one Celery task, by name, from a thread of its own."""

    def __init__(self, task: str) -> None:
        self.task = task
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._pid: int | None = None

    def ring(self) -> None:
        """Ask for the task to run soon. Returns at once and never raises."""
        with self._lock:
            if self._pid != os.getpid():  # the first ring in this process, also after a fork
                self._pid = os.getpid()
                self._rung = threading.Event()
                threading.Thread(target=self._send_forever, name=f"bell {self.task}", daemon=True).start()
        self._rung.set()

    def _send_forever(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            try:
                current_app.send_task(self.task, retry=False, ignore_result=True)
            except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the sweep follows
                logger.warning("bell_not_heard", task=self.task, error=str(error))


dispatch_bell = Bell("outbox.dispatch")
