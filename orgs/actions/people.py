"""Change people's profiles."""

from datetime import datetime

from orgs.models import User


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
