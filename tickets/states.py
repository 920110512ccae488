"""Severities, statuses and how they may change. Pure."""

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


# Statuses in which support still has the ticket in hand; the others are done.
UNFINISHED = (Status.NEW, Status.OPEN, Status.WAITING, Status.ON_HOLD)
# Statuses in which support owes the customer an answer.
ANSWER_OWED = (Status.NEW, Status.OPEN)

# A ticket's status as its customer reads it.
CUSTOMER_WORDS = {
    Status.NEW: "Open",
    Status.OPEN: "Open",
    Status.WAITING: "Waiting for you",
    Status.ON_HOLD: "Waiting for a third party",
    Status.SOLVED: "Solved",
    Status.CLOSED: "Closed",
}

# What a customer can filter by: the words above, and what each of them covers.
CUSTOMER_FILTERS = {
    "unfinished": ("Not solved yet", UNFINISHED),
    "open": ("Open", (Status.NEW, Status.OPEN)),
    "waiting_on_customer": ("Waiting for you", (Status.WAITING,)),
    "on_hold": ("Waiting for a third party", (Status.ON_HOLD,)),
    "solved": ("Solved", (Status.SOLVED,)),
    "closed": ("Closed", (Status.CLOSED,)),
}
# What an agent may set by hand or with an answer. Nothing becomes new again, and closing is done by time.
AGENT_CHOICES = (Status.OPEN, Status.WAITING, Status.ON_HOLD, Status.SOLVED)

# Days for which a solved ticket reopens by a comment; then it is closed for good.
REOPEN_DAYS = 14


def can_change(before: str, after: str) -> bool:
    """Whether a ticket may go from one status to another by a person's hand."""
    return before not in {Status.CLOSED, after} and after in AGENT_CHOICES


def after_customer_comment(status: str) -> str:
    """A customer's comment asks for an answer: whatever was paused or solved is open again."""
    return status if status in ANSWER_OWED else Status.OPEN
