"""Which mails are sent first, however many others are waiting. Pure."""

from notifications.models.messages import Lane
from notifications.recipients import URGENT_EVENTS

# One event, or one day, can cause thousands of these, and nobody waits for any of them.
BULK_KINDS = frozenset({"digest", "invoice_issued"})


def lane_of(kind: str, event: str = "") -> Lane:
    """Return the lane of a mail of a kind about an event: someone is waiting for what is urgent."""
    if kind == "account" or event in URGENT_EVENTS:
        return Lane.URGENT
    return Lane.BULK if kind in BULK_KINDS else Lane.NORMAL
