"""Events of the settings and the staff. Those of tickets are named by their history entry
(``ActivityKind.event``).
"""

TEAM_CREATED = "team.created"
TEAM_CHANGED = "team.changed"
TEAM_DELETED = "team.deleted"
AVAILABILITY_CHANGED = "availability.changed"
LIST_CHANGED = "list.changed"
TAG_RENAMED = "tag.renamed"
TAGS_MERGED = "tags.merged"
TAG_DELETED = "tag.deleted"
# Someone is no longer an agent or an account manager, and what they were responsible for was released.
DUTIES_RELEASED = "staff.duties_released"
