"""Writers of what people want of their mail."""

from datetime import time

from django.db import transaction
from django.utils import timezone

from notifications import bell
from notifications.models.messages import EmailMessage, MailState, Reason
from notifications.models.preferences import MailPreferences, Rhythm
from notifications.unsubscribe import DIGEST, FOLLOW, Stop
from orgs.models import User
from tickets.actions.following import mute
from tickets.models.following import Follow


@transaction.atomic
def change_preferences(
    *,
    user: User,
    rhythm: str,
    daily_at: time,
    quiet_from: time | None,
    quiet_until: time | None,
    off_reasons: list[str],
) -> MailPreferences:
    """Keep how somebody wants mail. What is held for a digest that ends goes out at once, or is dropped."""
    preferences, _ = MailPreferences.objects.update_or_create(
        user=user,
        defaults={
            "rhythm": rhythm,
            "daily_at": daily_at,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "off_reasons": [each for each in off_reasons if each != Reason.LEAD],
        },
    )
    _release_held(user, rhythm)
    return preferences


@transaction.atomic
def stop(*, what: Stop) -> None:
    """Stop the one rule that a link names. Stopped already is fine."""
    if what.kind == FOLLOW:
        Follow.objects.filter(pk=what.target, user=what.user_id).delete()
    elif what.kind == DIGEST:
        MailPreferences.objects.filter(user=what.user_id).update(rhythm=Rhythm.OFF)
        _release_held(User.objects.get(pk=what.user_id), Rhythm.OFF)
    else:
        mute(user_id=what.user_id, ticket_id=what.target, on=True)


def _release_held(user: User, rhythm: str) -> None:
    """Queue what waits for a digest that no longer comes; if mail was turned off, it is withheld then."""
    if rhythm in {Rhythm.AT_ONCE, Rhythm.OFF}:
        held = EmailMessage.objects.held().filter(recipient=user)
        held.update(state=MailState.QUEUED, due_at=timezone.now())
        bell.ring_on_commit()
