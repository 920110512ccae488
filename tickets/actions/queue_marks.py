"""What the queue shows of a ticket without looking at other tables, worked out anew from them."""

from tickets.models.ticket import Ticket


def refresh_marks(ticket: Ticket) -> None:
    """After comments or an escalation moved: whose the last word is, and by when a call must be taken."""
    last = ticket.comments.filter(is_internal=False).order_by("-created_at", "-pk").first()
    if last:
        ticket.last_reply_by_id, ticket.last_reply_at = last.author_id, last.created_at
    calls = ticket.escalations.filter(closed_at=None, acknowledged_at=None)
    ticket.escalation_due_at = calls.values_list("deadline_at", flat=True).first()
    ticket.save(update_fields=["last_reply_by", "last_reply_at", "escalation_due_at"])
