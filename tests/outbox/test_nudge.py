import subprocess
import sys
import threading

from django.conf import settings

from supportcenter.outbox import nudge
from tests.waiting import LIMIT_SECONDS


class SlowBroker:
    """Stands in for Celery: a send has begun, and ends when it is released."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.release = threading.Semaphore(0)

    def send_task(self, name: str, **options: object) -> None:
        self.begun.release()
        self.release.acquire(timeout=LIMIT_SECONDS)


def test_nudges_return_at_once_and_are_combined_while_the_broker_hangs(monkeypatch):
    broker = SlowBroker()
    monkeypatch.setattr(nudge, "current_app", broker)
    waiting = nudge.Nudge("some.task")
    waiting.send()
    assert broker.begun.acquire(timeout=LIMIT_SECONDS)
    for _ in range(100):
        waiting.send()
    broker.release.release()
    assert broker.begun.acquire(timeout=LIMIT_SECONDS)
    assert not waiting._requested.is_set()
    broker.release.release()


def test_dead_broker_is_logged_and_not_raised(monkeypatch):
    tried = threading.Event()

    class DeadBroker:
        def send_task(self, name: str, **options: object) -> None:
            tried.set()
            raise ConnectionError("refused")

    monkeypatch.setattr(nudge, "current_app", DeadBroker())
    waiting = nudge.Nudge("some.task")
    waiting.send()
    assert tried.wait(LIMIT_SECONDS)
    tried.clear()
    waiting.send()
    assert tried.wait(LIMIT_SECONDS)


def test_a_web_process_sends_nudges_to_our_broker():
    """From a thread of its own, as nudges are sent; Celery keeps its current app by thread."""
    code = (
        "import supportcenter.wsgi, threading; from celery import current_app;"
        "threading.Thread(target=lambda: print(current_app.conf.broker_url)).start()"
    )
    argv = [sys.executable, "-W", "ignore", "-c", code]
    said = subprocess.run(argv, capture_output=True, text=True, check=True)  # noqa: S603
    assert said.stdout.strip() == settings.CELERY_BROKER_URL
