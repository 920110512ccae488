"""Digests: the mails that waited for a person's hour, in one."""

from datetime import datetime

from django.db import transaction

from notifications import bell
from notifications.models.messages import EmailMessage, MailState
from orgs.models import User


def compose_due(now: datetime) -> int:
    """Make a digest for everybody whose held mails are due; how many."""
    due = EmailMessage.objects.held().filter(due_at__lte=now)
    people = list(due.order_by("recipient").values_list("recipient", flat=True).distinct())
    return sum(_compose(user_id, now) for user_id in people)


@transaction.atomic
def _compose(user_id: int, now: datetime) -> bool:
    """Put all that is due for one person into one digest. Two workers at once make one."""
    user = User.objects.select_for_update().get(pk=user_id)
    held = EmailMessage.objects.held().filter(recipient=user, due_at__lte=now)
    if not held.exists():
        return False
    digest = EmailMessage.objects.create(kind="digest", recipient=user, to_address=user.email)
    held.update(state=MailState.DIGESTED, digest=digest)
    bell.ring_on_commit()
    return True
