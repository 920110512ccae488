"""Doing things at the same time, each in a thread with a database connection of its own."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection

from supportcenter.errors import RuleViolation

SECONDS = 20


def in_thread(pool: ThreadPoolExecutor, do: Callable[[], Any]) -> Future:
    """Do it in a thread; the result is what it returns, or the code of the rule that refused it."""

    def run() -> Any:
        try:
            return do()
        except RuleViolation as violation:
            return violation.code
        finally:
            connection.close()

    return pool.submit(run)


def at_once(*what: Callable[[], Any]) -> list[Any]:
    """Do everything at the same time; what came of each."""
    ready = threading.Barrier(len(what))

    def after_all_are_ready(do: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: (ready.wait(SECONDS), do())[1]

    with ThreadPoolExecutor(len(what)) as pool:
        started = [in_thread(pool, after_all_are_ready(do)) for do in what]
        return [each.result(SECONDS) for each in started]


def wait_until_somebody_waits_for_a_lock() -> None:
    """Return once another connection to this database waits for a row that this one has locked."""
    until = time.monotonic() + SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited for a lock")
