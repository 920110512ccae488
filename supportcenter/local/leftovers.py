"""Find and stop the processes that an earlier, killed start of the same checkout left behind.

Every process that `make run` starts inherits the variable `MARKER` with the path of its `var/`. PostgreSQL
and Valkey overwrite their environment with their title, but run inside their data folders. Both facts come
from the running process itself; pid files are never trusted. Call these functions only with the lock held.
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
    """Whether a start with this `var/` created the process, as far as we are allowed to see."""
    with suppress(psutil.Error, OSError):
        if process.environ().get(MARKER) == str(layout.var):
            return True
    with suppress(psutil.Error, OSError):
        servers = {"postgres": layout.postgres_data, "valkey-server": layout.valkey_data}
        if Path(process.cwd()) == servers.get(process.name()):
            return True
    # Root in a container may see only the command line of another user's process.
    with suppress(psutil.Error, OSError):
        return process.name() == "postgres" and str(layout.postgres_data) in process.cmdline()
    return False


def find_leftovers(layout: Layout) -> list[psutil.Process]:
    """Return all running processes of this checkout except this one and its ancestors."""
    me = psutil.Process()
    spared = {me, *me.parents()}
    found: dict[psutil.Process, None] = {}
    for process in psutil.process_iter():
        if process not in spared and is_ours(process, layout):
            with suppress(psutil.Error):
                found |= dict.fromkeys([process, *process.children(recursive=True)])
    return [process for process in found if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    """Whether a process runs; a zombie doesn't, and only its parent can remove it."""
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def stop_leftovers(layout: Layout, *, patience: float = 3) -> int:
    """Stop them, and kill those left after `patience` seconds; return how many there were."""
    found = find_leftovers(layout)
    try:
        for process in found:
            with suppress(psutil.Error):
                ask_to_stop(process)
        wait_for_end(found, patience)
    finally:  # after Ctrl-C too
        for process in filter(is_alive, found):
            with suppress(psutil.Error):
                process.kill()
    wait_for_end(found, patience)
    remove_stale_files(layout)
    return len(found)


def wait_for_end(processes: list[psutil.Process], patience: float) -> None:
    """Wait until all have ended, for `patience` seconds at most."""
    deadline = time.monotonic() + patience
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)


def remove_stale_files(layout: Layout) -> None:
    """Remove PostgreSQL's pid files: it is gone, and another process may have its pid by now."""
    (layout.postgres_data / "postmaster.pid").unlink(missing_ok=True)
    (layout.postgres_sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def ask_to_stop(process: psutil.Process) -> None:
    """Ask a process to stop; of PostgreSQL only the main one, which stops the others in the right order."""
    if process.name() != "postgres":
        process.send_signal(signal.SIGTERM)
    # Its children are titled "postgres: …", and one that is just ending has no command line.
    elif "-D" in process.cmdline():
        process.send_signal(signal.SIGINT)


def mark_environment(layout: Layout, environ: dict[str, str]) -> dict[str, str]:
    """Return the environment for all processes of a start with this `var/`."""
    return {**environ, MARKER: str(layout.var)}


def is_marked(layout: Layout) -> bool:
    return os.environ.get(MARKER) == str(layout.var)
