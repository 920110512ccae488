"""Writers of people themselves."""

from orgs.models import User


def change_profile(*, user: User, name: str, time_zone: str) -> User:
    """Change what a person may change of themselves."""
    user.name = name
    user.time_zone = time_zone
    user.save(update_fields=["name", "time_zone"])
    return user
