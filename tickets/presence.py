"""Which agents have a ticket open, and what they are writing. In the cache only, where it expires by itself.

Without the cache no one is shown, and nothing else changes.
"""

from django.core.cache import cache

from supportcenter.optional_cache import unless_down

# A page polls every four seconds; three polls may get lost.
SECONDS = 15
LOOKING = "looking"


def be_seen(ticket_id: int, user_id: int) -> None:
    """Record that someone has a ticket open."""
    _record(ticket_id, user_id, "looks", LOOKING)


def be_writing(ticket_id: int, user_id: int, kind: str) -> None:
    """Record that someone is writing an answer or a note on a ticket; with an empty ``kind``, no longer."""
    _record(ticket_id, user_id, "writes", kind)


def seen_on(ticket_id: int) -> dict[int, str]:
    """Return who is on a ticket, and what they do: ``looking``, or the kind of what they are writing."""
    return unless_down(lambda: _read(ticket_id), {})


def _read(ticket_id: int) -> dict[int, str]:
    asked = {
        user_id: [_key(ticket_id, user_id, doing) for doing in ("writes", "looks")]
        for user_id in _people(ticket_id)
    }
    found = cache.get_many([key for keys in asked.values() for key in keys])
    doing = {user_id: next(filter(None, map(found.get, keys)), "") for user_id, keys in asked.items()}
    return {user_id: what for user_id, what in doing.items() if what}


def _record(ticket_id: int, user_id: int, doing: str, value: str) -> None:
    def save() -> None:
        cache.set(_key(ticket_id, user_id, doing), value, SECONDS)
        # Of two who come at the same moment one may be missing here, until they poll again.
        cache.set(f"presence:{ticket_id}", _people(ticket_id) | {user_id}, SECONDS)

    unless_down(save, None)


def _people(ticket_id: int) -> set[int]:
    key = f"presence:{ticket_id}"
    return cache.get_many([key]).get(key, set())


def _key(ticket_id: int, user_id: int, doing: str) -> str:
    return f"presence:{ticket_id}:{user_id}:{doing}"
