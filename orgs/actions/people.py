"""Change people's profiles and what they are on the support staff."""

from datetime import datetime

from django.db import transaction
from django.dispatch import Signal

from orgs.actor import Actor
from orgs.models import User

# Sent with ``actor`` and ``user`` within the transaction that changes someone's role on the support staff or
# deactivates them, so that no ticket stays with someone who can't work on it.
staff_changed = Signal()


@transaction.atomic
def save_person(*, actor: Actor, user: User) -> User:
    """Save a user who was edited. Receivers of ``staff_changed`` release what they can no longer do."""
    before = User.objects.select_for_update().filter(pk=user.pk).first()
    user.save()
    if before and (before.staff_role, before.is_active) != (user.staff_role, user.is_active):
        staff_changed.send(sender=User, actor=actor, user=user)
    return user


def change_profile(*, user: User, name: str, time_zone: str) -> User:
    """Change a user's name and time zone."""
    user.name = name
    user.time_zone = time_zone
    user.save(update_fields=["name", "time_zone"])
    return user


def mark_bouncing(*, email: str, since: datetime) -> None:
    """Mark an address as bouncing, so that pages warn the user who signs in with it."""
    User.objects.filter(email=email, bouncing_since=None).update(bouncing_since=since)


def clear_bouncing(*, email: str) -> None:
    """Clear the bouncing mark of an address."""
    User.objects.filter(email=email).update(bouncing_since=None)
