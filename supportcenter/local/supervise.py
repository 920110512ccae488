"""`make run`: every process of the site under one supervisor, in the foreground.

honcho starts them all, prints their output, and stops them all when one ends. This adds the order in which
they stop, what a person sees, and the exit code. Web, worker, beat and mail wait in a shell loop until
`prepare` has prepared the database, so that one loop supervises everything from the start.
"""

import errno
import multiprocessing
import os
import shlex
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import honcho.manager
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer

from supportcenter.local import embedded, leftovers
from supportcenter.local.environment import check_port, settings, write_env_file
from supportcenter.local.errors import StartError
from supportcenter.local.layout import CHECKOUT, Layout
from supportcenter.local.lock import take_lock
from supportcenter.local.welcome import UP

SERVERS = ("postgres", "valkey")
# On SIGTERM PostgreSQL would wait until the last client disconnects.
STOP_SIGNALS = {"postgres": signal.SIGINT}
# Seconds until a process that was asked to stop is killed; together below ten.
CLIENT_PATIENCE, SERVER_PATIENCE = 4.5, 3.5
honcho.manager.KILL_WAIT = 9
# No access log: the site itself logs each request, with its id. No control socket: it would be one per user,
# not one per checkout.
GUNICORN = [
    "--workers=2",
    "--threads=4",
    "--worker-class=gthread",
    "--graceful-timeout=3",
    "--no-control-socket",
]
# The queue of each worker, and how many tasks it runs at a time. Mail for signing in and about escalations
# has a worker that no other mail keeps waiting.
WORKERS = {"worker": ("supportcenter", 2), "delivery": ("mail", 2), "urgent_delivery": ("urgent_mail", 1)}


class Screen(Printer):
    """Print only the output of `prepare` until the site is up, then the output of every process."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self.held_back: deque[Message] = deque(maxlen=500)
        self.is_open = False

    def write(self, message: Message) -> None:
        if message.name == SYSTEM_PRINTER_NAME:
            return
        text = message.data.decode(errors="replace") if isinstance(message.data, bytes) else message.data
        if message.name == "prepare" and text.strip() == UP:
            self.is_open = True
        elif message.name == "prepare":
            print(text, end="", flush=True)
        elif self.is_open:
            super().write(message)
        else:
            self.held_back.append(message)

    def show_held_back(self, name: str) -> None:
        """Print the output of a process that was held back so far."""
        for message in self.held_back:
            if message.name == name:
                super().write(message)


class Supervisor(Manager):
    """honcho's manager, which stops the servers after the processes that need them."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self.screen = screen
        self.ended_by_itself: str | None = None

    def terminate(self) -> None:
        """Start to stop; honcho calls this on a signal and when the first process has ended."""
        if self._terminating:
            return
        self._terminating = True
        self.ended_by_itself = next((n for n, p in self._processes.items() if "returncode" in p), None)
        if self.ended_by_itself and not self.screen.is_open:
            self.screen.show_held_back(self.ended_by_itself)
        self.screen.is_open = False
        # A thread, because this may run inside a signal handler and honcho's loop must go on.
        threading.Thread(target=self._stop_in_order, daemon=True).start()

    def exit_code(self) -> int:
        """Return 0 if the stop was requested, otherwise 1, whatever the exit code of the ended process."""
        if self.ended_by_itself is None:
            print("Stopped.")
            return 0
        code = self._processes[self.ended_by_itself]["returncode"]
        if self.ended_by_itself != "prepare":
            print(
                f"make run: {self.ended_by_itself} stopped unexpectedly (exit code {code})", file=sys.stderr
            )
        return 1

    def _stop_in_order(self) -> None:
        self._stop([name for name in self._processes if name not in SERVERS], CLIENT_PATIENCE)
        self._stop([name for name in self._processes if name in SERVERS], SERVER_PATIENCE)

    def _stop(self, names: list[str], patience: float) -> None:
        """Ask processes to stop, kill the groups of those that don't, and return when all are gone."""
        asked: set[str] = set()
        deadline = time.monotonic() + patience
        while alive := [name for name in names if "returncode" not in self._processes[name]]:
            is_late = time.monotonic() > deadline
            for name in alive:
                pid = self._processes[name].get("pid")
                if pid is not None and is_late:
                    self._procmgr.kill(pid)
                elif pid is not None and name not in asked:
                    # Not the group: Celery's and PostgreSQL's main processes stop their children.
                    send(pid, STOP_SIGNALS.get(name, signal.SIGTERM))
                    asked.add(name)
            time.sleep(0.05)


def send(pid: int, signum: int) -> None:
    """Send a signal to a process that may have ended already."""
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return


def server_commands(layout: Layout, environ: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the commands of the embedded servers, except of those that the environment replaces."""
    commands = {}
    if not environ.get("DATABASE_URL"):
        if embedded.init_postgres(layout.postgres_data):
            print("Created a new PostgreSQL database in", layout.postgres_data, flush=True)
        commands["postgres"] = embedded.postgres_argv(layout.postgres_data, layout.postgres_sockets)
    if not environ.get("REDIS_URL"):
        commands["valkey"] = embedded.valkey_argv(layout.valkey_data, layout.valkey_socket)
    return commands


def app_commands(
    layout: Layout, values: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return the commands that production runs too, and the mail catcher in place of a mail server."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "supportcenter.celery"]
    workers = {name: [*celery, *worker_arguments(name)] for name in WORKERS}
    commands = {
        "web": [
            *python,
            "gunicorn",
            "supportcenter.wsgi",
            "--bind",
            f"127.0.0.1:{values['PORT']}",
            *GUNICORN,
        ],
        **workers,
        "beat": [*celery, "beat", "--schedule", str(layout.run / "celerybeat-schedule")],
    }
    if not environ.get("EMAIL_URL"):
        address = values["EMAIL_URL"].removeprefix("smtp://")
        catcher = ["aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox", values["DEV_MAILBOX"], "-l", address]
        commands["mail"] = [*python, *catcher]
    return commands


def worker_arguments(name: str) -> list[str]:
    """Return the arguments of `celery` that start a worker."""
    queue, concurrency = WORKERS[name]
    own = [f"--hostname={name}@%h", f"--queues={queue}", f"--concurrency={concurrency}"]
    return ["worker", *own, "--loglevel=info", "--without-gossip", "--without-mingle"]


def after_ready(layout: Layout, argv: list[str]) -> str:
    """Return a shell line that waits until the database is ready and then becomes the command."""
    return f"while ! test -e {shlex.quote(str(layout.ready))}; do sleep 0.1; done; exec {shlex.join(argv)}"


def supervise(layout: Layout, values: Mapping[str, str]) -> int:
    """Run everything until a signal or the end of one process; return the exit code."""
    # Newer Pythons would start helper processes for honcho, which outlive the stop.
    multiprocessing.set_start_method("fork", force=True)
    manager = Supervisor(Screen())
    environ = {**os.environ, **values, "PYTHONUNBUFFERED": "1"}

    # Many tasks find nothing to do; they are not worth a line each.
    quiet = {name: {"LOG_LEVEL": "WARNING"} for name in [*WORKERS, "beat"]}

    def add(name: str, line: str) -> None:
        manager.add_process(name, line, env={**quiet.get(name, {}), **environ}, cwd=str(CHECKOUT))

    for name, argv in server_commands(layout, os.environ).items():
        add(name, f"exec {shlex.join(argv)}")
    apps = app_commands(layout, values, os.environ)
    prepare = [sys.executable, "-m", "supportcenter.local", "prepare", *["--catcher"] * ("mail" in apps)]
    add("prepare", f"exec {shlex.join(prepare)}")
    for name, argv in apps.items():
        add(name, after_ready(layout, argv))
    # A closed terminal stops everything too.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    try:
        manager.loop()
    finally:
        leftovers.stop_leftovers(layout)
    return manager.exit_code()


def start(layout: Layout) -> int:
    """Take the lock, stop leftovers, check the port, write the settings, and supervise."""
    values = settings(layout, os.environ)
    layout.var.mkdir(parents=True, exist_ok=True)
    lock = take_lock(layout.lock, values["SITE_URL"])
    stopped = leftovers.stop_leftovers(layout)
    if stopped:
        print(f"Stopped {stopped} processes left over from an earlier run.", flush=True)
    check_port(int(values["PORT"]))
    layout.create()
    layout.ready.unlink(missing_ok=True)
    write_env_file(layout.env, values)
    code = supervise(layout, values)
    lock.close()
    return code


def stop_early(signum: int, frame: FrameType | None) -> None:
    """Treat a signal like Ctrl-C until honcho takes over."""
    raise KeyboardInterrupt


def main() -> int:
    """Run until stopped: return 0 after a signal, otherwise 1 after one line with the reason."""
    layout = Layout.from_environ()
    if not leftovers.is_marked(layout):
        # The kernel shows only the initial environment of a process, so the marker needs a restart.
        argv = [sys.executable, "-m", "supportcenter.local", "run"]
        os.execve(sys.executable, argv, leftovers.mark_environment(layout, dict(os.environ)))  # noqa: S606
    signal.signal(signal.SIGTERM, stop_early)
    try:
        return start(layout)
    except StartError as error:
        print(f"make run: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        # The reader of the output is gone; without this, Python would report that again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"make run: {cannot_write(error, layout.var)}", file=sys.stderr)
    return 1


def cannot_write(error: OSError, folder: Path) -> str:
    """Return one line that includes how to fix it."""
    remedies = {
        errno.ENOSPC: "free some disk space",
        errno.EEXIST: "it is a file, not a folder: remove it",
        errno.ENOTDIR: "it is a file, not a folder: remove it",
    }
    remedy = remedies.get(
        error.errno or 0, "check its permissions, or use a checkout in a folder of your own"
    )
    return f"cannot write {error.filename or folder} ({error.strerror}): {remedy}"
