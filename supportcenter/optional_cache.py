"""The cache, for what pages can do without: who else is on a ticket, how often someone searched.

A Valkey that hangs costs a second each time it is asked. After a failure it is therefore not asked for a
while, so that only one request in ten seconds waits for it.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from redis.exceptions import RedisError

Found = TypeVar("Found")

PAUSE_SECONDS = 10
logger = structlog.get_logger(__name__)
_asks_again_at = 0.0


def unless_down(use: Callable[[], Found], otherwise: Found) -> Found:
    """Return what ``use`` returns, or ``otherwise`` if the cache fails or has just failed in this process."""
    global _asks_again_at  # noqa: PLW0603 - one state for the process
    if time.monotonic() < _asks_again_at:
        return otherwise
    try:
        return use()
    except RedisError as error:
        _asks_again_at = time.monotonic() + PAUSE_SECONDS
        logger.warning("cache_down", error=str(error))
        return otherwise
