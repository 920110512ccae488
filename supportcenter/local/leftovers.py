"""Finds and ends what an earlier, killed start of the same checkout left behind.

Every process that `make run` starts inherits the variable `MARKER` with the path of its `var/`. PostgreSQL
and Valkey overwrite their environment with their title, but they work inside their data folders. Both are
asked of the running process itself; pid files are never believed. Call these only while holding the lock.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from supportcenter.local.layout import Layout

MARKER = "SUPPORTCENTER_VAR"


def is_ours(process: psutil.Process, layout: Layout) -> bool:
    """Whether a start with this `var/` made the process."""
    with suppress(psutil.Error, OSError):
        if process.environ().get(MARKER) == str(layout.var):
            return True
    with suppress(psutil.Error, OSError):
        servers = {"postgres": layout.postgres_data, "valkey-server": layout.valkey_data}
        return Path(process.cwd()) == servers.get(process.name())
    return False


def find_leftovers(layout: Layout) -> list[psutil.Process]:
    """All processes of this checkout but the asking one and those it descends from."""
    me = psutil.Process()
    spared = {me.pid, *(parent.pid for parent in me.parents())}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in spared and is_ours(process, layout) and is_alive(process)
    ]


def is_alive(process: psutil.Process) -> bool:
    """False for a zombie: it does nothing any more, and only its parent can remove it."""
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def end_leftovers(layout: Layout, *, patience: float = 3) -> int:
    """End them, politely for `patience` seconds; how many there were."""
    found = find_leftovers(layout)
    for process in found:
        with suppress(psutil.Error):
            ask_to_stop(process)
    for process in wait_for_end(found, patience):
        with suppress(psutil.Error):
            process.kill()
    wait_for_end(found, patience)
    remove_stale_files(layout)
    return len(found)


def wait_for_end(processes: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Those that are still alive when all have ended or the patience has."""
    deadline = time.monotonic() + patience
    while (alive := [process for process in processes if is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive


def remove_stale_files(layout: Layout) -> None:
    """PostgreSQL is gone, so its pid files are stale, and the pid may be somebody else's by now."""
    (layout.postgres_data / "postmaster.pid").unlink(missing_ok=True)
    (layout.postgres_sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def ask_to_stop(process: psutil.Process) -> None:
    """Of PostgreSQL only the main process is asked; it ends the others in the right order."""
    if process.name() != "postgres":
        process.send_signal(signal.SIGTERM)
    # Its children are titled "postgres: …", and one that is ending just now has no command line any more.
    elif "-D" in process.cmdline():
        process.send_signal(signal.SIGINT)


def mark_environment(layout: Layout, environ: dict[str, str]) -> dict[str, str]:
    """The environment of everything that belongs to a start with this `var/`."""
    return {**environ, MARKER: str(layout.var)}


def is_marked(layout: Layout) -> bool:
    return os.environ.get(MARKER) == str(layout.var)
