"""The only writers of people and organizations."""

from orgs.actions.people import accept_invitation, change_profile, invite_member

__all__ = ["accept_invitation", "change_profile", "invite_member"]
