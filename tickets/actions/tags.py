"""Tags of a ticket."""

from collections.abc import Sequence

from django.db import transaction

from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets.actions.record import lock, record, require_agent
from tickets.models.conversation import ActivityKind
from tickets.models.tags import Tag, tag_problem
from tickets.models.ticket import Ticket


@transaction.atomic
def set_tags(*, actor: Actor, ticket: Ticket, tags: Sequence[str]) -> Ticket:
    """Set exactly these tags on a ticket, as an agent, creating missing ones. Internal.

    Raises ``RuleViolation`` for non-agents and for invalid tags.
    """
    require_agent(actor)
    names = sorted({name.lower() for name in tags})
    if problem := tag_problem(names):
        raise RuleViolation("not_a_tag", problem, field="tags")
    ticket = lock(ticket)
    before = sorted(ticket.tags.values_list("name", flat=True))
    if before != names:
        ticket.tags.set(tags_named(names))
        record(ticket, ActivityKind.TAGGED, actor=actor, before={"tags": before}, after={"tags": names})
    return ticket


def tags_named(names: Sequence[str]) -> list[Tag]:
    """Return the rows of these tags, creating missing ones. Safe if two people create the same one."""
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=names))
