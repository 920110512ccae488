"""Changes to the lists of products and reasons."""

from contextlib import AbstractContextManager

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from orgs.actions.record import record_settings, require_manager
from orgs.actor import Actor
from supportcenter.errors import RuleViolation, enforced_by_database
from tickets import events
from tickets.models.catalog import Choice


@transaction.atomic
def add_choice(*, actor: Actor, kind: type[Choice], name: str) -> Choice:
    """Add a product or a reason at the end of its list. Its code is made from the name and never changes."""
    require_manager(actor)
    rows = kind._default_manager  # noqa: SLF001 - Django's documented name
    code = slugify(name)[:40]
    if not code:
        raise RuleViolation("no_code", "Use at least one letter from A to Z or a digit.", field="name")
    last = rows.aggregate(last=Max("position"))["last"] or 0
    with _name_must_be_free():
        added = rows.create(code=code, name=name, position=last + 1)
    record_settings(
        events.LIST_CHANGED,
        f"Added the {_label(kind)} {name}",
        actor=actor,
        after=_values(added),
        id=added.pk,
    )
    return added


@transaction.atomic
def change_choice(*, actor: Actor, choice: Choice, name: str, is_retired: bool) -> Choice:
    """Rename an entry, or retire it: it stays on its tickets, but new ones can't have it.

    Raises ``RuleViolation`` if no entry would be left.
    """
    require_manager(actor)
    rows = type(choice)._default_manager.select_for_update()  # noqa: SLF001
    here = {each.pk: each for each in rows}
    choice = here[choice.pk]
    if is_retired and all(each.is_retired for each in here.values() if each != choice):
        raise RuleViolation("last_one", "You can't retire the last entry in use.", field="is_retired")
    before = _values(choice)
    choice.name, choice.is_retired = name, is_retired
    with _name_must_be_free():
        choice.save(update_fields=["name", "is_retired"])
    _record_change(actor, choice, before)
    return choice


@transaction.atomic
def move_choice(*, actor: Actor, choice: Choice, up: bool) -> None:
    """Swap the entry with the one above or below; do nothing at the end of the list."""
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
    direction = "up" if up else "down"
    record_settings(
        events.LIST_CHANGED,
        f"Moved the {_label(type(choice))} {choice} {direction}",
        actor=actor,
        id=choice.pk,
    )


def _name_must_be_free() -> AbstractContextManager[None]:
    return enforced_by_database("name_taken", "The list already has an entry with this name.", field="name")


def _record_change(actor: Actor, choice: Choice, before: dict[str, object]) -> None:
    after = _values(choice)
    if before != after:
        summary = f"Changed the {_label(type(choice))} {before['name']}"
        record_settings(events.LIST_CHANGED, summary, actor=actor, before=before, after=after, id=choice.pk)


def _label(kind: type[Choice]) -> str:
    return str(kind._meta.verbose_name)  # noqa: SLF001


def _values(choice: Choice) -> dict[str, object]:
    return {"name": choice.name, "retired": choice.is_retired}
