"""Times until which a ticket is usually put aside, in the agent's own time zone. Pure."""

from datetime import datetime, time, timedelta

MORNING = time(9)
# What is offered, besides a time of one's own.
SNOOZES = {"hour": "1 hour", "tomorrow": "Tomorrow, 09:00", "monday": "Next Monday, 09:00"}


def snoozed_until(choice: str, now: datetime) -> datetime:
    """The instant that a choice means; ``now`` is in the zone in which mornings count."""
    if choice == "hour":
        return now + timedelta(hours=1)
    days = 1 if choice == "tomorrow" else 7 - now.weekday()
    return datetime.combine(now.date() + timedelta(days=days), MORNING, now.tzinfo)
