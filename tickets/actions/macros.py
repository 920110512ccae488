"""Sending an agent's reply or note, and applying macros."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.placeholders import fill
from supportcenter.wording import format_instant
from tickets.actions.assignment import assign
from tickets.actions.changes import change_status
from tickets.actions.clocks import promise_update
from tickets.actions.comments import add_comment, add_internal_note
from tickets.actions.record import lock, require_agent
from tickets.actions.tags import set_tags
from tickets.models.conversation import Attachment
from tickets.models.macros import Macro, MacroKind
from tickets.models.ticket import Ticket

# Placeholders of macros and what they stand for.
PLACEHOLDERS = {
    "customer_first_name": "requester's first name",
    "customer_name": "requester's name",
    "agent_first_name": "your first name",
    "agent_name": "your name",
    "reference": "ticket number",
    "subject": "ticket subject",
    "organization": "customer's organization",
    "product": "product",
    "severity": "severity",
    "due_time": "time when the next response is due",
}


@dataclass(frozen=True)
class Message:
    """What an agent sends in one step: a reply or a note, the status to set, and the promised next update."""

    body: str
    kind: str = MacroKind.ANSWER
    status: str | None = None
    files: Sequence[Attachment] = field(default_factory=tuple)
    next_update_at: datetime | None = None


def filled(macro: Macro, actor: Actor, ticket: Ticket) -> str:
    """Return the macro's text with its placeholders filled in for this ticket and actor."""
    return fill(macro.body, values_for(actor, ticket))


def values_for(actor: Actor, ticket: Ticket) -> dict[str, str]:
    """Return the value of each placeholder; times are in the requester's time zone."""
    requester, due_at = ticket.requester, ticket.response_due_at
    return {
        "customer_first_name": requester.get_short_name(),
        "customer_name": requester.name,
        "agent_first_name": actor.person.get_short_name(),
        "agent_name": actor.person.name,
        "reference": ticket.reference,
        "subject": ticket.subject,
        "organization": ticket.organization.name,
        "product": ticket.product.name,
        "severity": ticket.get_severity_display(),
        "due_time": format_instant(due_at, requester.time_zone) if due_at else "as soon as we can",
    }


@transaction.atomic
def apply_macro(*, actor: Actor, ticket: Ticket, macro: Macro) -> Ticket:
    """Send a macro's text on a ticket and make its changes, as one step."""
    message = Message(filled(macro, actor, ticket), macro.kind, macro.status or None)
    return send(actor=actor, ticket=ticket, message=message, macro=macro)


@transaction.atomic
def send(*, actor: Actor, ticket: Ticket, message: Message, macro: Macro | None = None) -> Ticket:
    """Send an agent's reply or note, with the changes of the macro that it was written with."""
    require_agent(actor)
    ticket = lock(ticket)
    if macro:
        require_own(actor, macro)
        _apply_changes(actor, ticket, macro)
    if message.kind == MacroKind.NOTE:
        add_internal_note(actor=actor, ticket=ticket, body=message.body, files=message.files)
        if message.status:
            change_status(actor=actor, ticket=ticket, status=message.status)
    else:
        add_comment(actor=actor, ticket=ticket, body=message.body, files=message.files, status=message.status)
        if message.next_update_at:
            promise_update(actor=actor, ticket=ticket, at=message.next_update_at, now=timezone.now())
    return ticket


def _apply_changes(actor: Actor, ticket: Ticket, macro: Macro) -> None:
    if macro.is_assigning:
        assign(actor=actor, ticket=ticket, assignee=actor.person)
    if added := list(macro.tags.values_list("name", flat=True)):
        present = ticket.tags.values_list("name", flat=True)
        set_tags(actor=actor, ticket=ticket, tags=[*present, *added])


def require_own(actor: Actor, macro: Macro) -> None:
    if not actor.can(Capability.WORK_QUEUE) or macro.owner_id not in {None, actor.user_id}:
        raise RuleViolation("not_your_macro", "This macro belongs to someone else.")
