"""What a bulk job can do to one ticket: the same actions that agents take on its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orgs.access import agents
from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets.actions.assignment import assign
from tickets.actions.changes import change_severity, change_status
from tickets.actions.macros import apply_macro
from tickets.actions.merging import merge_into
from tickets.actions.tags import set_tags
from tickets.bulk.models import BulkKind
from tickets.models.macros import Macro
from tickets.models.ticket import Ticket

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """``is_done`` returns whether there is nothing to change on a ticket; ``make`` changes it.

    The ticket is locked before, unless ``make`` locks several in an order of its own.
    """

    is_done: Callable[[Ticket, Arguments], bool]
    make: Callable[[Actor, Ticket, Arguments], object]
    locks_itself: bool = False


def _is_assigned(ticket: Ticket, wanted: Arguments) -> bool:
    """An unassigned ticket has no team either."""
    return ticket.assignee_id == wanted["assignee"] and bool(ticket.assignee_id or not ticket.team_id)


def _assign(actor: Actor, ticket: Ticket, wanted: Arguments) -> object:
    assignee = agents().filter(pk=wanted["assignee"]).first()
    if wanted["assignee"] and assignee is None:
        raise RuleViolation("not_an_agent", "The assignee is no longer an agent.")
    return assign(actor=actor, ticket=ticket, assignee=assignee)


def _set_status(actor: Actor, ticket: Ticket, wanted: Arguments) -> object:
    return change_status(actor=actor, ticket=ticket, status=wanted["status"])


def _set_severity(actor: Actor, ticket: Ticket, wanted: Arguments) -> object:
    return change_severity(actor=actor, ticket=ticket, severity=wanted["severity"], reason=wanted["reason"])


def _has_tags(ticket: Ticket, wanted: Arguments) -> bool:
    return set(wanted["tags"]) <= set(ticket.tags.values_list("name", flat=True))


def _add_tags(actor: Actor, ticket: Ticket, wanted: Arguments) -> object:
    present = ticket.tags.values_list("name", flat=True)
    return set_tags(actor=actor, ticket=ticket, tags=[*present, *wanted["tags"]])


def _apply_macro(actor: Actor, ticket: Ticket, wanted: Arguments) -> object:
    macro = Macro.objects.filter(pk=wanted["macro"]).first()
    if macro is None:
        raise RuleViolation("no_macro", "The macro was deleted.")
    return apply_macro(actor=actor, ticket=ticket, macro=macro)


def _is_merged(ticket: Ticket, wanted: Arguments) -> bool:
    return wanted["target"] in {ticket.pk, ticket.merged_into_id}


def _merge(actor: Actor, ticket: Ticket, wanted: Arguments) -> object:
    target = Ticket.objects.visible_to(actor).get(pk=wanted["target"])
    return merge_into(actor=actor, ticket=ticket, target=target)


CHANGES: dict[str, Change] = {
    BulkKind.ASSIGN: Change(_is_assigned, _assign),
    BulkKind.STATUS: Change(lambda ticket, wanted: ticket.status == wanted["status"], _set_status),
    BulkKind.SEVERITY: Change(lambda ticket, wanted: ticket.severity == wanted["severity"], _set_severity),
    BulkKind.TAGS: Change(_has_tags, _add_tags),
    BulkKind.MACRO: Change(lambda ticket, wanted: False, _apply_macro),
    BulkKind.MERGE: Change(_is_merged, _merge, locks_itself=True),
}
