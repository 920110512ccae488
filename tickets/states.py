"""Severities, statuses, and which status can follow which. Pure."""

from django.db import models


class Severity(models.TextChoices):
    LOW = "low", "Low"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


SEVERITY_MEANING = {
    Severity.LOW: "Main functions work, a secondary one does not.",
    Severity.HIGH: "Main functions work but are badly limited or slow.",
    Severity.CRITICAL: "Main functions are down and there is no workaround.",
}


class Status(models.TextChoices):
    NEW = "new", "New"
    OPEN = "open", "Open"
    WAITING = "waiting_on_customer", "Waiting on customer"
    ON_HOLD = "on_hold", "On hold"
    SOLVED = "solved", "Solved"
    CLOSED = "closed", "Closed"


# Statuses of tickets that are neither solved nor closed.
UNFINISHED = (Status.NEW, Status.OPEN, Status.WAITING, Status.ON_HOLD)
# Statuses in which support owes the customer an answer.
ANSWER_OWED = (Status.NEW, Status.OPEN)
# Statuses in which someone else must act first.
PAUSED = (Status.WAITING, Status.ON_HOLD)

# Statuses as customers read them.
CUSTOMER_WORDS = {
    Status.NEW: "Open",
    Status.OPEN: "Open",
    Status.WAITING: "Waiting for you",
    Status.ON_HOLD: "Waiting for a third party",
    Status.SOLVED: "Solved",
    Status.CLOSED: "Closed",
}

# What a customer can filter by, and the statuses that each choice covers.
CUSTOMER_FILTERS = {
    "unfinished": ("Unsolved", UNFINISHED),
    "open": ("Open", (Status.NEW, Status.OPEN)),
    "waiting": ("Waiting for you", (Status.WAITING,)),
    "hold": ("Waiting for a third party", (Status.ON_HOLD,)),
    "solved": ("Solved", (Status.SOLVED,)),
    "closed": ("Closed", (Status.CLOSED,)),
}
# What an agent can set. A ticket never becomes new again, and only time closes it.
AGENT_CHOICES = (Status.OPEN, Status.WAITING, Status.ON_HOLD, Status.SOLVED)

# Days during which a comment reopens a solved ticket; after that it is closed for good.
REOPEN_DAYS = 14


def can_change(before: str, after: str) -> bool:
    """Return whether a person may change one status to another."""
    return before not in {Status.CLOSED, after} and after in AGENT_CHOICES


def after_agent_comment(status: str) -> str:
    """Return the status after an agent's comment: a new ticket becomes open."""
    return Status.OPEN if status == Status.NEW else status


def after_customer_comment(status: str) -> str:
    """Return the status after a customer's comment: a paused or solved ticket becomes open again."""
    return status if status in ANSWER_OWED else Status.OPEN
