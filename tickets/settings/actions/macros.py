"""Changes to macros."""

from collections.abc import Sequence
from typing import Any

from orgs.actor import Actor
from supportcenter.errors import RuleViolation, enforced_by_database
from supportcenter.placeholders import placeholder_problem
from tickets.actions.macros import PLACEHOLDERS, require_own
from tickets.actions.tags import tags_named
from tickets.models.macros import Macro
from tickets.models.tags import tag_problem


def save_macro(
    *, actor: Actor, macro: Macro | None, is_shared: bool, tags: Sequence[str], **values: Any
) -> Macro:
    """Create or change a macro; ``values`` are its name, kind, body, status and whether it assigns.

    Raises ``RuleViolation`` for an unknown placeholder, an invalid tag or a name that is taken.
    """
    if problem := placeholder_problem(values["body"], PLACEHOLDERS):
        raise RuleViolation("unknown_placeholder", problem, field="body")
    if problem := tag_problem(list(tags)):
        raise RuleViolation("not_a_tag", problem, field="tags")
    macro = macro or Macro()
    require_own(actor, macro)
    for name, value in values.items():
        setattr(macro, name, value)
    macro.owner = None if is_shared else actor.person
    with enforced_by_database("name_taken", "A macro with this name already exists.", field="name"):
        macro.save()
        macro.tags.set(tags_named(tags))
    return macro


def delete_macro(*, actor: Actor, macro: Macro) -> None:
    """Delete a macro. Do nothing if it is already deleted."""
    require_own(actor, macro)
    Macro.objects.filter(pk=macro.pk).delete()
