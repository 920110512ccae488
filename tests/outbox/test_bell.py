import subprocess
import sys
import threading

from django.conf import settings

from supportcenter.outbox import bell


class SlowBroker:
    """Stands in for Celery: every send waits until it is let go."""

    def __init__(self) -> None:
        self.sent = threading.Semaphore(0)
        self.let_go = threading.Event()

    def send_task(self, name: str, **options: object) -> None:
        self.let_go.wait(5)
        self.sent.release()


def test_rings_return_at_once_and_fold_while_the_broker_hangs(monkeypatch):
    broker = SlowBroker()
    monkeypatch.setattr(bell, "current_app", broker)
    ringing = bell.Bell("some.task")
    for _ in range(100):
        ringing.ring()
    broker.let_go.set()
    assert broker.sent.acquire(timeout=5)
    extra = sum(broker.sent.acquire(timeout=0.2) for _ in range(3))
    assert extra <= 1


def test_dead_broker_is_logged_and_not_raised(monkeypatch):
    tried = threading.Event()

    class DeadBroker:
        def send_task(self, name: str, **options: object) -> None:
            tried.set()
            raise ConnectionError("refused")

    monkeypatch.setattr(bell, "current_app", DeadBroker())
    ringing = bell.Bell("some.task")
    ringing.ring()
    assert tried.wait(5)
    tried.clear()
    ringing.ring()
    assert tried.wait(5)


def test_a_web_process_rings_at_our_broker():
    """From a thread of its own, as the bell does; Celery keeps its current app by thread."""
    code = (
        "import supportcenter.wsgi, threading; from celery import current_app;"
        "threading.Thread(target=lambda: print(current_app.conf.broker_url)).start()"
    )
    argv = [sys.executable, "-W", "ignore", "-c", code]
    said = subprocess.run(argv, capture_output=True, text=True, check=True)  # noqa: S603
    assert said.stdout.strip() == settings.CELERY_BROKER_URL
