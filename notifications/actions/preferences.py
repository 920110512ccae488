"""Changes of how people want their mail."""

from datetime import time

from django.db import transaction
from django.utils import timezone

from notifications import nudge
from notifications.models.messages import EmailMessage, MailState, Reason
from notifications.models.preferences import Frequency, MailPreferences
from notifications.unsubscribe import DIGEST, FOLLOW, Unsubscription
from orgs.models import User
from tickets.actions.following import mute
from tickets.models.following import Follow


@transaction.atomic
def change_preferences(
    *,
    user: User,
    frequency: str,
    daily_at: time,
    quiet_from: time | None,
    quiet_until: time | None,
    off_reasons: list[str],
) -> MailPreferences:
    """Save how a person wants mail. Mail held for a digest that ends is queued at once."""
    preferences, _ = MailPreferences.objects.update_or_create(
        user=user,
        defaults={
            "frequency": frequency,
            "daily_at": daily_at,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "off_reasons": [each for each in off_reasons if each != Reason.LEAD],
        },
    )
    _release_held(user, frequency)
    return preferences


@transaction.atomic
def unsubscribe(*, what: Unsubscription) -> None:
    """End the one rule that a link names. It is fine if it has ended already."""
    if what.kind == FOLLOW:
        Follow.objects.filter(pk=what.target, user=what.user_id).delete()
    elif what.kind == DIGEST:
        MailPreferences.objects.filter(user=what.user_id).update(frequency=Frequency.OFF)
        _release_held(User.objects.get(pk=what.user_id), Frequency.OFF)
    else:
        mute(user_id=what.user_id, ticket_id=what.target, on=True)


def _release_held(user: User, frequency: str) -> None:
    """Queue mail held for a digest that no longer comes. If mail was turned off, it is withheld when sent."""
    if frequency in {Frequency.IMMEDIATE, Frequency.OFF}:
        held = EmailMessage.objects.held().filter(recipient=user)
        held.update(state=MailState.QUEUED, due_at=timezone.now())
        nudge.deliver.send_on_commit()
