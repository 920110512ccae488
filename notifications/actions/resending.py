"""Writers of mails that are to be sent again."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from notifications import bell
from notifications.models.messages import EmailMessage, EmailMessageQuerySet, MailState
from notifications.models.suppressions import Suppression
from orgs.actor import Actor
from supportcenter.errors import RuleViolation


@transaction.atomic
def resend_mail(*, actor: Actor, mail: EmailMessage) -> EmailMessage:
    """Send a mail once more, under the same Message-ID. That its recipient may have it is checked anew."""
    locked = EmailMessage.objects.select_for_update().get(pk=mail.pk)
    if not locked.can_be_resent:
        raise RuleViolation(
            "not_resendable", f"The mail to {locked.to_address} waits already, or cannot be made again."
        )
    if Suppression.objects.of(locked.to_address).standing().exists():
        raise RuleViolation("suppressed", f"Nothing is sent to {locked.to_address}. Lift that first.")
    changes = _waiting_again(actor)
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(changes))
    bell.ring_on_commit()
    return locked


@transaction.atomic
def resend_mails(*, actor: Actor, mails: EmailMessageQuerySet) -> int:
    """Send many mails once more; how many. Those that cannot be sent again are left as they are."""
    count = mails.resendable().update(**_waiting_again(actor))
    bell.ring_on_commit()
    return count


def _waiting_again(actor: Actor) -> dict[str, Any]:
    now = timezone.now()
    return {
        "state": MailState.QUEUED,
        "attempts": 0,
        "losses": 0,
        "due_at": now,
        "claimed_at": None,
        "sent_at": None,
        "resent_at": now,
        "resent_by": actor.person,
    }
