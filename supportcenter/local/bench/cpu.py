"""The CPU time of processes: of a web server's workers, and of their connections in PostgreSQL."""

import re
from contextlib import suppress
from pathlib import Path

import psutil
from django.db import connection

# How PostgreSQL titles the process of a client: user, database and host follow each other.
CLIENT = re.compile(r"postgres: \S+ \S+ (\[local\]|\S+\(\d+\))")
# Nanoseconds by process.
Reading = dict[int, int]


class ProcessEndedError(Exception):
    """A process ended between two readings, and with it what it had used."""


def cpu_ns(pid: int) -> int:
    """Return the nanoseconds that all threads of a process were on a CPU.

    Linux counts them exactly for each thread; elsewhere the clock's ticks, often 10 ms, have to do.
    """
    with suppress(FileNotFoundError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
    times = psutil.Process(pid).cpu_times()
    return int((times.user + times.system) * 1e9)


def spent(before: Reading, after: Reading) -> int:
    """Return the nanoseconds between two readings; a process that is missing in the first one is new."""
    if gone := before.keys() - after.keys():
        raise ProcessEndedError(f"processes {sorted(gone)} ended")
    return sum(ns - before.get(pid, 0) for pid, ns in after.items())


class Meter:
    """Reads the CPU time of the workers of a web server, and of the clients of the database."""

    def __init__(self, web_pid: int) -> None:
        self.web = psutil.Process(web_pid)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        self.postgres = psutil.Process(backend).parents()[0]

    def read(self) -> tuple[Reading, Reading]:
        """Return the readings of the workers and of the database's clients."""
        workers = {each.pid: cpu_ns(each.pid) for each in self.web.children()}
        return workers, {pid: cpu_ns(pid) for pid in self._clients()}

    def _clients(self) -> list[int]:
        found = []
        for each in self.postgres.children():
            with suppress(psutil.NoSuchProcess):
                if CLIENT.match(" ".join(each.cmdline())):
                    found.append(each.pid)
        return found
