"""The only writers of people and organizations."""

from orgs.actions.invitations import (
    accept_invitation,
    invite_member,
    resend_invitation,
    withdraw_invitation,
)
from orgs.actions.members import change_member, remove_member
from orgs.actions.people import change_profile, clear_bouncing, mark_bouncing
from orgs.actions.resources import import_resources
from orgs.actions.settings import change_account_manager, change_participants_policy, change_visibility

__all__ = [
    "accept_invitation",
    "change_account_manager",
    "change_member",
    "change_participants_policy",
    "change_profile",
    "change_visibility",
    "clear_bouncing",
    "import_resources",
    "invite_member",
    "mark_bouncing",
    "remove_member",
    "resend_invitation",
    "withdraw_invitation",
]
