"""Tags of a ticket."""

from collections.abc import Sequence

from django.db import transaction

from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets.actions.record import lock, record, require_agent
from tickets.models.conversation import ActivityKind
from tickets.models.tags import Tag, wrong_tags
from tickets.models.ticket import Ticket


@transaction.atomic
def set_tags(*, actor: Actor, ticket: Ticket, tags: Sequence[str]) -> Ticket:
    """Give a ticket exactly these tags, as an agent; new ones are made. Internal, like every tag.

    Raises ``RuleViolation`` for anybody else, and for words that cannot be tags.
    """
    require_agent(actor)
    names = sorted({name.lower() for name in tags})
    if problem := wrong_tags(names):
        raise RuleViolation("not_a_tag", problem, field="tags")
    ticket = lock(ticket)
    before = sorted(ticket.tags.values_list("name", flat=True))
    if before != names:
        ticket.tags.set(tags_named(names))
        record(ticket, ActivityKind.TAGGED, actor=actor, before={"tags": before}, after={"tags": names})
    return ticket


def tags_named(names: Sequence[str]) -> list[Tag]:
    """The rows of these tags, made where they are missing; safe when two people make the same one."""
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    return list(Tag.objects.filter(name__in=names))
