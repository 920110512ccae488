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
    """Whether a start with this `var/` made the process, as far as we may ask."""
    with suppress(psutil.Error, OSError):
        if process.environ().get(MARKER) == str(layout.var):
            return True
    with suppress(psutil.Error, OSError):
        servers = {"postgres": layout.postgres_data, "valkey-server": layout.valkey_data}
        if Path(process.cwd()) == servers.get(process.name()):
            return True
    # Root in a container may see nothing but the command line of another user's process.
    with suppress(psutil.Error, OSError):
        return process.name() == "postgres" and str(layout.postgres_data) in process.cmdline()
    return False


def find_leftovers(layout: Layout) -> list[psutil.Process]:
    """All living processes of this checkout but the asking one and those it descends from."""
    me = psutil.Process()
    spared = {me, *me.parents()}
    found: dict[psutil.Process, None] = {}
    for process in psutil.process_iter():
        if process not in spared and is_ours(process, layout):
            with suppress(psutil.Error):
                found |= dict.fromkeys([process, *process.children(recursive=True)])
    return [process for process in found if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    """False for a zombie: it does nothing any more, and only its parent can remove it."""
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def end_leftovers(layout: Layout, *, patience: float = 3) -> int:
    """End them, politely for `patience` seconds; how many there were."""
    found = find_leftovers(layout)
    try:
        for process in found:
            with suppress(psutil.Error):
                ask_to_stop(process)
        wait_for_end(found, patience)
    finally:  # also when a Ctrl-C ends the patience
        for process in filter(is_alive, found):
            with suppress(psutil.Error):
                process.kill()
    wait_for_end(found, patience)
    remove_stale_files(layout)
    return len(found)


def wait_for_end(processes: list[psutil.Process], patience: float) -> None:
    """Return when all have ended or the patience has."""
    deadline = time.monotonic() + patience
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)


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
