"""Resending mails."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from notifications import nudge
from notifications.models.messages import EmailMessage, EmailMessageQuerySet, MailState
from notifications.models.suppressions import Suppression
from orgs.actor import Actor
from supportcenter.errors import RuleViolation


@transaction.atomic
def resend_mail(*, actor: Actor, mail: EmailMessage) -> EmailMessage:
    """Queue a mail again under the same Message-ID. Sending checks again whether to withhold it."""
    locked = EmailMessage.objects.select_for_update().get(pk=mail.pk)
    if not locked.can_be_resent:
        raise RuleViolation(
            "not_resendable", f"The mail to {locked.to_address} is already queued or can't be resent."
        )
    if Suppression.objects.of(locked.to_address).active().exists():
        raise RuleViolation("suppressed", f"{locked.to_address} is suppressed. Remove the suppression first.")
    changes = _queued_again(actor)
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(changes))
    nudge.deliver.send_on_commit()
    return locked


@transaction.atomic
def resend_mails(*, actor: Actor, mails: EmailMessageQuerySet) -> int:
    """Queue many mails again; return how many. Those that can't be resent stay as they are."""
    count = mails.resendable().update(**_queued_again(actor))
    nudge.deliver.send_on_commit()
    return count


def _queued_again(actor: Actor) -> dict[str, Any]:
    now = timezone.now()
    return {
        "state": MailState.QUEUED,
        "attempts": 0,
        "crashes": 0,
        "due_at": now,
        "claimed_at": None,
        "sent_at": None,
        "resent_at": now,
        "resent_by": actor.person,
    }
