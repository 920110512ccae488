"""Real servers and processes of one site, to be stopped and killed one by one."""

import os
import shlex
import signal
import subprocess
import sys
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

import psycopg
from redis import Redis

from supportcenter.local import embedded, probes
from supportcenter.local.environment import outer_environment
from supportcenter.local.layout import CHECKOUT, Layout
from supportcenter.local.smtp_sink import SmtpSink
from supportcenter.local.supervise import WORKERS, worker_arguments
from tests.driver import Driver
from tests.embedded import SETTINGS
from tests.waiting import LIMIT_SECONDS, wait_until

# Fast, but what was committed outlives a stop of the server, as in production.
POSTGRES = {"fsync": "off", "full_page_writes": "off"}


class World:
    def __init__(self, folder: Path, sink: SmtpSink) -> None:
        self.layout = Layout(folder)
        self.folder = folder
        self.sink = sink
        self.impatient = folder / "impatient"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environ(self) -> dict[str, str]:
        return {
            **outer_environment(),
            **SETTINGS,
            "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
            "DATABASE_URL": embedded.database_url(self.layout.postgres_sockets),
            "REDIS_URL": embedded.valkey_url(self.layout.valkey_socket),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "MEDIA_ROOT": str(self.folder / "files"),
            "IMPATIENT": str(self.impatient),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        self.layout.create()
        embedded.init_postgres(self.layout.postgres_data, durable=False)
        self.start_postgres()
        probes.create_database(self.layout.postgres_sockets)
        self.start_valkey()
        self.driver = Driver("tests.drills.driver", self.environ, self.folder / "driver.log")
        self.call("make_tables")
        self.start_workers()

    def run(self, name: str, argv: list[str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603
                argv, cwd=CHECKOUT, env=self.environ, stdout=log, stderr=log, start_new_session=True
            )

    def end(self, name: str, signum: int) -> None:
        """Signal a process and all that it started, and wait until it has ended."""
        process = self.processes.pop(name, None)
        if process is not None:
            if signum == signal.SIGKILL:
                os.killpg(process.pid, signum)
            else:
                process.send_signal(signum)
            process.wait(LIMIT_SECONDS)

    def stop(self) -> None:
        self.driver.close()
        for name in WORKERS:
            self.end(name, signal.SIGKILL)
        self.end("valkey", signal.SIGTERM)
        self.end("postgres", signal.SIGINT)

    def start_postgres(self) -> None:
        layout = self.layout
        self.run("postgres", embedded.postgres_argv(layout.postgres_data, layout.postgres_sockets, POSTGRES))
        wait_until(lambda: probes.postgres_answers(layout.postgres_sockets), "PostgreSQL")

    def start_valkey(self) -> None:
        layout = self.layout
        self.run("valkey", embedded.valkey_argv(layout.valkey_data, layout.valkey_socket))
        wait_until(lambda: probes.valkey_answers(layout.valkey_socket), "Valkey")

    def freeze(self, name: str) -> None:
        """Let a server hang: it takes connections, and answers none."""
        self.processes[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGCONT)

    def flush_valkey(self) -> None:
        with Redis.from_url(embedded.valkey_url(self.layout.valkey_socket)) as valkey:
            valkey.flushall()

    def start_workers(self) -> None:
        """Start those that do not run, and again whenever one ends: losing the broker can end Celery."""
        started = [name for name in WORKERS if name not in self.processes]
        for name in started:
            argv = [sys.executable, "-m", "celery", "--quiet", "-A", "supportcenter.celery"]
            argv += worker_arguments(name)
            if name == "worker":
                argv += ["--beat", "--schedule", str(self.folder / "schedule")]
            self.run(name, ["sh", "-c", f"while true; do {shlex.join(argv)}; sleep 0.2; done"])
        for name in started:
            log = self.folder / f"{name}.log"
            wait_until(lambda log=log: b" ready." in log.read_bytes(), name)

    def kill_workers(self, *names: str) -> None:
        """Kill all workers, or those of some names."""
        for name in names or WORKERS:
            self.end(name, signal.SIGKILL)

    def deaths(self) -> int:
        """Count the child processes that the worker of mail has lost."""
        return (self.folder / "delivery.log").read_bytes().count(b"exited with 'signal 9 (SIGKILL)'")

    def call(self, name: str, *arguments: Any) -> Any:
        """Have the web process call a function of `driver.py`."""
        return self.driver.call(name, *arguments)

    def ticket(self, name: str, people: int = 20) -> int:
        """Create a ticket with some people in CC. Nobody has been notified about it yet."""
        ticket = self.call("ticket", name, [f"{name}-{number}@acme.example" for number in range(people)])
        self.sink.mails.clear()
        return ticket

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(embedded.database_url(self.layout.postgres_sockets))

    def sql(self, query: str, *values: Any) -> list[tuple]:
        with self.connect() as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def states(self) -> Counter[str]:
        rows = self.sql("SELECT state, count(*) FROM notifications_emailmessage GROUP BY state")
        return Counter(dict(rows))

    def make_due(self) -> None:
        """Make every retry due now."""
        self.sql("UPDATE notifications_emailmessage SET due_at = now() WHERE state = 'retry'")
        self.call("sweep")

    def release_stuck(self, crashes: int = 1) -> None:
        """Release a dead worker's mails, as beat does too, and make due the one that it was sending."""
        query = "SELECT 1 FROM notifications_emailmessage WHERE crashes = %s"

        def is_released() -> bool:
            self.call("sweep")
            return bool(self.sql(query, crashes))

        wait_until(is_released, "the end of the claim")
        self.make_due()

    def wait_until_waiting_for_lock(self) -> None:
        query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        wait_until(lambda: self.sql(query), "a worker that waits for our lock")

    def wait_until(self, **expected: int) -> None:
        """Wait until the ledger has exactly these numbers of mails by state."""
        wait_until(lambda: self.states() == expected, lambda: f"{expected}, and not {self.states()}")

    def caught(self) -> Counter[str]:
        """Count how often each Message-ID came."""
        return Counter(message_from_bytes(mail.content)["Message-ID"] for mail in self.sink.mails)

    def check(self, twice: int = 0) -> None:
        """Expect that what the ledger has as sent came once, except for a number that came twice."""
        rows = self.sql("SELECT id FROM notifications_emailmessage WHERE state = 'sent'")
        caught = self.caught()
        sent = {f"<{key}@testserver>" for (key,) in rows}
        assert set(caught) == sent, (set(caught) - sent, sent - set(caught))
        assert sorted(count for count in caught.values() if count != 1) == [2] * twice, caught
