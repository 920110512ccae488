"""Products, reasons and tags as the desk keeps them."""

from contextlib import AbstractContextManager

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from orgs.actions.record import record_settings, require_manager
from orgs.actor import Actor
from supportcenter.errors import RuleViolation, enforced_by_database
from tickets import events
from tickets.actions.queue import rename_tag_in_views
from tickets.models.catalog import Choice
from tickets.models.macros import Macro
from tickets.models.tags import Tag, wrong_tags
from tickets.models.ticket import Ticket


@transaction.atomic
def add_choice(*, actor: Actor, kind: type[Choice], name: str) -> Choice:
    """Add a product or a reason at the end of its list. Its code is made from the name and never changes."""
    require_manager(actor)
    rows = kind._default_manager  # noqa: SLF001 - Django's documented name
    code = slugify(name)[:40]
    if not code:
        raise RuleViolation("no_code", "Use at least one letter from A to Z or a digit.", field="name")
    last = rows.aggregate(last=Max("position"))["last"] or 0
    with _name_is_free():
        made = rows.create(code=code, name=name, position=last + 1)
    record_settings(
        events.LIST_CHANGED, f"Added the {_word(kind)} {name}", actor=actor, after=_values(made), id=made.pk
    )
    return made


@transaction.atomic
def change_choice(*, actor: Actor, choice: Choice, name: str, is_retired: bool) -> Choice:
    """Rename an entry, or retire it: new tickets cannot name it then, old ones do. One is always left."""
    require_manager(actor)
    rows = type(choice)._default_manager.select_for_update()  # noqa: SLF001
    here = {each.pk: each for each in rows}
    choice = here[choice.pk]
    if is_retired and all(each.is_retired for each in here.values() if each != choice):
        raise RuleViolation("last_one", "The list needs one that is not retired.", field="is_retired")
    before = _values(choice)
    choice.name, choice.is_retired = name, is_retired
    with _name_is_free():
        choice.save(update_fields=["name", "is_retired"])
    _changed(actor, choice, before)
    return choice


@transaction.atomic
def move_choice(*, actor: Actor, choice: Choice, up: bool) -> None:
    """Change places with the entry above or below; at the end of the list nothing happens."""
    require_manager(actor)
    rows = list(type(choice)._default_manager.select_for_update())  # noqa: SLF001
    here = rows.index(choice)
    there = here + (-1 if up else 1)
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for position, each in enumerate(rows, start=1):
        each.position = position
    type(choice)._default_manager.bulk_update(rows, ["position"])  # noqa: SLF001
    way = "up" if up else "down"
    record_settings(
        events.LIST_CHANGED, f"Moved the {_word(type(choice))} {choice} {way}", actor=actor, id=choice.pk
    )


def _name_is_free() -> AbstractContextManager[None]:
    return enforced_by_database("name_taken", "The list already has an entry with this name.", field="name")


def _changed(actor: Actor, choice: Choice, before: dict[str, object]) -> None:
    after = _values(choice)
    if before != after:
        summary = f"Changed the {_word(type(choice))} {before['name']}"
        record_settings(events.LIST_CHANGED, summary, actor=actor, before=before, after=after, id=choice.pk)


def _word(kind: type[Choice]) -> str:
    return str(kind._meta.verbose_name)  # noqa: SLF001


def _values(choice: Choice) -> dict[str, object]:
    return {"name": choice.name, "retired": choice.is_retired}


@transaction.atomic
def rename_tag(*, actor: Actor, tag: Tag, name: str) -> Tag:
    """Give a tag another name, on every ticket. With the name of another tag the two become one."""
    require_manager(actor)
    name = name.strip().lower().removeprefix("#")
    if problem := wrong_tags([name]):
        raise RuleViolation("not_a_tag", problem, field="name")
    before = tag.name
    if name == before:
        return tag
    if other := Tag.objects.select_for_update().filter(name=name).first():
        return _merge(actor, tag, other)
    try:
        with transaction.atomic():
            Tag.objects.filter(pk=tag.pk).update(name=name)
    except IntegrityError:  # somebody made it this moment
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
    """Put ``into`` wherever ``tag`` is, on tickets and macros, and drop ``tag``."""
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
    """Take a tag off every ticket and forget it. Deleted already is fine."""
    require_manager(actor)
    before = {"name": tag.name, "tickets": tag.tickets.count()}
    if Tag.objects.filter(pk=tag.pk).delete()[0]:
        record_settings(events.TAG_DELETED, f"Deleted the tag {tag}", actor=actor, before=before)
