"""Which subscribers run for which event."""

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from supportcenter.outbox.models import OutboxMessage

Subscriber = Callable[["OutboxMessage"], None]

_subscribers: dict[str, Subscriber] = {}
_names_by_event: dict[str, list[str]] = defaultdict(list)
_urgent_events: set[str] = set()


def subscribe(name: str, *events: str) -> Callable[[Subscriber], Subscriber]:
    """Register a function for ``events`` under ``name``.

    The name is stored with each delivery, so it must stay the same when the function moves. The function
    runs at least once for each event and must therefore be idempotent.
    """

    def register(function: Subscriber) -> Subscriber:
        _subscribers[name] = function
        for event in events:
            _names_by_event[event].append(name)
        return function

    return register


def mark_urgent(*events: str) -> None:
    """Have events delivered before all others: someone waits for them, and they are few."""
    _urgent_events.update(events)


def is_urgent(event: str) -> bool:
    """Return whether an event is delivered before others."""
    return event in _urgent_events


def names_for(event: str) -> list[str]:
    """Return the names of an event's subscribers."""
    return list(_names_by_event[event])


def function_of(name: str) -> Subscriber:
    """Return a subscriber's function. Raises ``KeyError`` if the running code no longer has it."""
    return _subscribers[name]
