"""Events that this app publishes."""

MEMBER_INVITED = "member.invited"
MEMBER_JOINED = "member.joined"
MEMBER_ROLE_CHANGED = "member.role_changed"
MEMBER_UNIT_CHANGED = "member.unit_changed"
MEMBER_REMOVED = "member.removed"
INVITATION_WITHDRAWN = "invitation.withdrawn"
VISIBILITY_CHANGED = "organization.visibility_changed"
ACCOUNT_MANAGER_CHANGED = "organization.account_manager_changed"
PARTICIPANTS_POLICY_CHANGED = "organization.participants_policy_changed"
# Name, time zone or country, edited in Django's admin (orgs.admin.AuditedAdmin).
ORGANIZATION_EDITED = "organization.changed"
RESOURCES_IMPORTED = "resources.imported"
