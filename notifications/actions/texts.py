"""The words above and below mails."""

from django.db import transaction

from notifications.models.texts import MailText, TextKind
from notifications.texts import PLACEHOLDERS, unknown_placeholders
from orgs.actions.record import record_desk, require_manager
from orgs.actor import Actor
from supportcenter.errors import RuleViolation

MAIL_TEXT_CHANGED = "mail_text.changed"


@transaction.atomic
def word_mails(*, actor: Actor, kind: str, intro: str, closing: str) -> MailText:
    """Say what stands above and below the mails of a kind that are sent from now on.

    Raises ``RuleViolation`` for an unknown placeholder.
    """
    require_manager(actor)
    for field, text in (("intro", intro), ("closing", closing)):
        if unknown := unknown_placeholders(text):
            known = ", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS)
            told = f"{{{{{unknown[0]}}}}} is no placeholder. These are: {known}."
            raise RuleViolation("unknown_placeholder", told, field=field)
    found, _ = MailText.objects.select_for_update().get_or_create(kind=kind)
    before = {"above": found.intro, "below": found.closing}
    after = {"above": intro, "below": closing}
    if before != after:
        found.intro, found.closing = intro, closing
        found.save(update_fields=["intro", "closing"])
        summary = f"Worded mails anew: {TextKind(kind).label}"
        record_desk(MAIL_TEXT_CHANGED, summary, actor=actor, before=before, after=after, text=found.pk)
    return found
