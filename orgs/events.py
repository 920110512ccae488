"""Facts that this app publishes."""

MEMBER_INVITED = "member.invited"
MEMBER_JOINED = "member.joined"
