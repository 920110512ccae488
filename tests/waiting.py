"""How tests wait: for a condition, never for a guess of how fast a machine is."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

# Reached only when something hangs; on a busy machine a site takes minutes to start.
# Lower it while writing a test that does not pass yet.
LIMIT_SECONDS = float(os.environ.get("TEST_LIMIT_SECONDS", "600"))
PAUSE_SECONDS = 0.05


def wait_until(condition: Callable[[], Found], what: str | Callable[[], str]) -> Found:
    """Return what the condition returns as soon as it is true; ``what`` is named when it never is."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still waiting for {what() if callable(what) else what}")
        time.sleep(PAUSE_SECONDS)
    return found


def timed(call: Callable[[], Found]) -> tuple[Found, float]:
    """Return what the call returns, and the seconds it took: for what must end while something else hangs."""
    began = time.monotonic()
    return call(), time.monotonic() - began
