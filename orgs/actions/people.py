"""Writers of people themselves."""

from datetime import datetime

from orgs.models import User


def change_profile(*, user: User, name: str, time_zone: str) -> User:
    """Change what a person may change of themselves."""
    user.name = name
    user.time_zone = time_zone
    user.save(update_fields=["name", "time_zone"])
    return user


def mark_bouncing(*, email: str, since: datetime) -> None:
    """Have pages tell whoever logs in with this address that mail to it comes back."""
    User.objects.filter(email=email, bouncing_since=None).update(bouncing_since=since)


def clear_bouncing(*, email: str) -> None:
    """Mail to the address of a login is sent again."""
    User.objects.filter(email=email).update(bouncing_since=None)
