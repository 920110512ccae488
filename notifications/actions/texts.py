"""Editing the texts above and below mails."""

from django.db import transaction

from notifications.mail_texts import PLACEHOLDERS
from notifications.models.texts import MailText, TextKind
from orgs.actions.record import record_settings, require_manager
from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from supportcenter.placeholders import placeholder_problem

MAIL_TEXT_CHANGED = "mail_text.changed"


@transaction.atomic
def edit_mail_text(*, actor: Actor, kind: str, intro: str, closing: str) -> MailText:
    """Set the texts above and below all mails of a kind that are sent from now on.

    Raises ``RuleViolation`` for an unknown placeholder.
    """
    require_manager(actor)
    for field, text in (("intro", intro), ("closing", closing)):
        if problem := placeholder_problem(text, PLACEHOLDERS):
            raise RuleViolation("unknown_placeholder", problem, field=field)
    found, _ = MailText.objects.select_for_update().get_or_create(kind=kind)
    before = {"above": found.intro, "below": found.closing}
    after = {"above": intro, "below": closing}
    if before != after:
        found.intro, found.closing = intro, closing
        found.save(update_fields=["intro", "closing"])
        summary = f"Changed mail texts: {TextKind(kind).label}"
        record_settings(MAIL_TEXT_CHANGED, summary, actor=actor, before=before, after=after, text=found.pk)
    return found
