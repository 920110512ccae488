"""Doing things at the same time, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection

from supportcenter.errors import RuleViolation
from tests.waiting import LIMIT_SECONDS, wait_until


def in_thread(pool: ThreadPoolExecutor, do: Callable[[], Any]) -> Future:
    """Run it in a thread; the result is what it returns, or the code of the rule that refused it."""

    def run() -> Any:
        try:
            return do()
        except RuleViolation as violation:
            return violation.code
        finally:
            connection.close()

    return pool.submit(run)


def result_of(started: Future) -> Any:
    """Return what the thread returned, once it has ended."""
    return started.result(LIMIT_SECONDS)


def at_once(*what: Callable[[], Any]) -> list[Any]:
    """Run everything at the same time; return the results in order."""
    ready = threading.Barrier(len(what))

    def after_all_are_ready(do: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: (ready.wait(LIMIT_SECONDS), do())[1]

    with ThreadPoolExecutor(len(what)) as pool:
        started = [in_thread(pool, after_all_are_ready(do)) for do in what]
        return [result_of(each) for each in started]


def wait_until_blocked() -> None:
    """Return once another connection to this database waits for a row that this one has locked."""
    with connection.cursor() as cursor:

        def count_blocked() -> int:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            return cursor.fetchone()[0]

        wait_until(count_blocked, "a connection that waits for a lock")
