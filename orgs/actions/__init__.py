"""The only writers of people and organizations."""

from orgs.actions.invitations import (
    accept_invitation,
    invite_member,
    resend_invitation,
    withdraw_invitation,
)
from orgs.actions.members import change_member, is_last_admin, remove_member
from orgs.actions.people import change_profile

__all__ = [
    "accept_invitation",
    "change_member",
    "change_profile",
    "invite_member",
    "is_last_admin",
    "remove_member",
    "resend_invitation",
    "withdraw_invitation",
]
