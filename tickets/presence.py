"""Who of the staff looks at a ticket or writes on it. Kept in the cache alone: no row, and gone by itself.

Without the cache nobody is seen, and nothing else changes.
"""

import logging
from collections.abc import Iterable

from django.core.cache import cache
from redis.exceptions import RedisError

# A page gives a sign of life every four seconds; three may get lost.
SECONDS = 15
LOOKING = "looking"

log = logging.getLogger(__name__)


def _key(ticket_id: int, user_id: int, doing: str) -> str:
    return f"presence:{ticket_id}:{user_id}:{doing}"


def be_seen(ticket_id: int, user_id: int) -> None:
    """Give a sign of life of somebody who looks at a ticket."""
    _put(_key(ticket_id, user_id, "looks"), LOOKING)


def be_writing(ticket_id: int, user_id: int, kind: str) -> None:
    """Say that somebody types an answer or a note on a ticket, or with an empty ``kind`` no longer."""
    _put(_key(ticket_id, user_id, "writes"), kind)


def _put(key: str, value: str) -> None:
    try:
        cache.set(key, value, SECONDS)
    except RedisError:
        log.warning("presence was not kept", exc_info=True)


def seen_on(ticket_id: int, user_ids: Iterable[int]) -> dict[int, str]:
    """Of these people, who is on a ticket, and what they do: ``looking``, or the kind of what they write."""
    asked = {
        user_id: [_key(ticket_id, user_id, doing) for doing in ("writes", "looks")] for user_id in user_ids
    }
    try:
        found = cache.get_many([key for keys in asked.values() for key in keys])
    except RedisError:
        log.warning("presence was not read", exc_info=True)
        return {}
    doing = {user_id: next(filter(None, map(found.get, keys)), "") for user_id, keys in asked.items()}
    return {user_id: what for user_id, what in doing.items() if what}
