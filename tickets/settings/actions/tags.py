"""Changes to tags, on all tickets at once."""

from django.db import IntegrityError, transaction

from orgs.actions.record import record_settings, require_manager
from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.queue import rename_tag_in_views
from tickets.models.macros import Macro
from tickets.models.tags import Tag, tag_problem
from tickets.models.ticket import Ticket


@transaction.atomic
def rename_tag(*, actor: Actor, tag: Tag, name: str) -> Tag:
    """Rename a tag on every ticket, or merge it into the tag that already has the name."""
    require_manager(actor)
    name = name.strip().lower().removeprefix("#")
    if problem := tag_problem([name]):
        raise RuleViolation("not_a_tag", problem, field="name")
    before = tag.name
    if name == before:
        return tag
    if other := Tag.objects.select_for_update().filter(name=name).first():
        return _merge(actor, tag, other)
    try:
        with transaction.atomic():
            Tag.objects.filter(pk=tag.pk).update(name=name)
    except IntegrityError:  # created a moment ago by someone else
        return _merge(actor, tag, Tag.objects.get(name=name))
    rename_tag_in_views(before, name)
    record_settings(
        events.TAG_RENAMED,
        f"Renamed the tag {before}",
        actor=actor,
        before={"name": before},
        after={"name": name},
        tag=tag.pk,
    )
    return Tag.objects.get(pk=tag.pk)


def _merge(actor: Actor, tag: Tag, into: Tag) -> Tag:
    """Replace ``tag`` by ``into`` on tickets and macros, and delete ``tag``."""
    for rows, owner in [(Ticket.tags.through.objects, "ticket"), (Macro.tags.through.objects, "macro")]:
        have = rows.filter(tag=into).values(owner)
        rows.filter(tag=tag).exclude(**{f"{owner}__in": have}).update(tag=into)
    rename_tag_in_views(tag.name, into.name)
    record_settings(
        events.TAGS_MERGED,
        f"Merged the tag {tag} into {into}",
        actor=actor,
        before={"tickets": tag.tickets.count()},
        tag=into.pk,
    )
    Tag.objects.filter(pk=tag.pk).delete()
    return into


@transaction.atomic
def delete_tag(*, actor: Actor, tag: Tag) -> None:
    """Delete a tag, which removes it from every ticket. Do nothing if it is already deleted."""
    require_manager(actor)
    before = {"name": tag.name, "tickets": tag.tickets.count()}
    if Tag.objects.filter(pk=tag.pk).delete()[0]:
        record_settings(events.TAG_DELETED, f"Deleted the tag {tag}", actor=actor, before=before)
