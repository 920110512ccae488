"""History entries of a ticket: text, icon and audience of each kind, for the thread and for mails. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from supportcenter.wording import format_list
from tickets.models.conversation import ActivityKind
from tickets.states import CUSTOMER_WORDS, Severity, Status

Values = dict[str, Any]
# From the values before and after, and whether the reader is staff.
Text = Callable[[Values, Values, bool], str]


@dataclass(frozen=True)
class Entry:
    """How a kind of history entry reads and who may read it.

    ``text`` follows the name of who acted, or stands alone if the entry ``is_impersonal``. Internal entries
    are for staff only; important ones stand out in the thread.
    """

    text: str | Text
    icon: str = "point"
    is_internal: bool = False
    is_impersonal: bool = False
    is_important: bool = False


def timeline_text(kind: str, who: str, before: Values, after: Values, *, for_staff: bool) -> str:
    """Return one sentence without its period: "Fay Dubois changed the severity from Low to High"."""
    entry = ENTRIES[ActivityKind(kind)]
    text = entry.text if isinstance(entry.text, str) else entry.text(before, after, for_staff)
    return text if entry.is_impersonal else f"{who} {text}"


def status_words(status: str, *, for_staff: bool) -> str:
    """Return the name of a status as the reader knows it."""
    return Status(status).label if for_staff else CUSTOMER_WORDS[Status(status)]


def _commented(before: Values, after: Values, for_staff: bool) -> str:
    if before.get("status") == Status.SOLVED and after["status"] == Status.OPEN:
        return "reopened the ticket"
    if after.get("status") in {None, Status.OPEN}:
        return "commented"
    return f"commented and set the status to {status_words(after['status'], for_staff=for_staff)}"


def _assigned(before: Values, after: Values, for_staff: bool) -> str:
    if after.get("has_left"):
        to = (
            f"returned the ticket to the team {after['team']}"
            if after.get("team")
            else "unassigned the ticket"
        )
        return f"{to} because {before['assignee']} is no longer an agent"
    if after.get("by_team"):
        person = f" and {after['assignee']}" if after["assignee"] else ""
        return f"assigned the ticket to the team {after['team']}{person}"
    if not after["assignee"]:
        return "unassigned the ticket"
    return (
        "self-assigned the ticket" if after.get("by_self") else f"assigned the ticket to {after['assignee']}"
    )


def _status_changed(before: Values, after: Values, for_staff: bool) -> str:
    if after["status"] == Status.SOLVED:
        return "marked the ticket as solved"
    if before["status"] == Status.SOLVED:
        return "reopened the ticket"
    return f"set the status to {status_words(after['status'], for_staff=for_staff)}"


def _severity_changed(before: Values, after: Values, for_staff: bool) -> str:
    old, new = Severity(before["severity"]).label, Severity(after["severity"]).label
    why = f": {after['reason'].rstrip('.')}" if after.get("reason") else ""
    return f"changed the severity from {old} to {new}{why}"


def _reclassified(before: Values, after: Values, for_staff: bool) -> str:
    changed = [name for name in ("product", "reason") if before[name] != after[name]]
    return format_list([f"changed the {name} from {before[name]} to {after[name]}" for name in changed])


def _rated(before: Values, after: Values, for_staff: bool) -> str:
    sentence = f": {after['comment']}" if after["comment"] else ""
    return f"{'changed the rating to' if before else 'rated the ticket'} {after['score']} out of 5{sentence}"


def _handed_over(before: Values, after: Values, for_staff: bool) -> str:
    return f"added a handover note (state: {after['state']}; next step: {after['next_step']})"


def _snoozed(before: Values, after: Values, for_staff: bool) -> str:
    until = after["until"]
    return f"snoozed the ticket until {_in_utc(until)}" if until else "unsnoozed the ticket"


def _tagged(before: Values, after: Values, for_staff: bool) -> str:
    old, new = set(before["tags"]), set(after["tags"])
    steps = [("added", sorted(new - old)), ("removed", sorted(old - new))]
    return format_list(
        [
            f"{verb} the tags {format_list(tags)}" if len(tags) > 1 else f"{verb} the tag {tags[0]}"
            for verb, tags in steps
            if tags
        ]
    )


def _in_utc(instant: str) -> str:
    """Format an instant in UTC, as readers are in different time zones."""
    return f"{datetime.fromisoformat(instant).astimezone(UTC):%H:%M UTC on %a %d %b}"


def _due_soon(before: Values, after: Values, for_staff: bool) -> str:
    return f"{OWED[after['clock']]} is due soon"


def _overdue(before: Values, after: Values, for_staff: bool) -> str:
    return f"{OWED[after['clock']]} is overdue"


def _added(before: Values, after: Values, for_staff: bool) -> str:
    return f"added {format_list(after['participants'])} to the conversation"


def _removed(before: Values, after: Values, for_staff: bool) -> str:
    return f"removed {format_list(after['participants'])} from the conversation"


def _unsnoozed(before: Values, after: Values, for_staff: bool) -> str:
    return f"The ticket was unsnoozed because {after.get('reason', 'the customer is waiting')}"


def _merged(before: Values, after: Values, for_staff: bool) -> str:
    text = f"merged {after['reference']} into this ticket"
    return f"{text} and {_severity_changed(before, after, for_staff)}" if "severity" in after else text


def _with_reference(text: str) -> Text:
    return lambda before, after, for_staff: text.format(after["reference"])


OWED = {
    "first_response": "The first response",
    "next_response": "The next response",
    "next_update": "The next update",
}
Kind = ActivityKind
ENTRIES: dict[ActivityKind, Entry] = {
    Kind.OPENED: Entry("opened the ticket"),
    Kind.COMMENTED: Entry(_commented),
    Kind.NOTED: Entry("added an internal note", is_internal=True),
    Kind.ASSIGNED: Entry(_assigned, "user-check", is_internal=True),
    Kind.STATUS_CHANGED: Entry(_status_changed, "refresh"),
    Kind.SEVERITY_CHANGED: Entry(_severity_changed, "urgent"),
    Kind.RECLASSIFIED: Entry(_reclassified, "package"),
    Kind.TAGGED: Entry(_tagged, "tag", is_internal=True),
    Kind.PARTICIPANTS_ADDED: Entry(_added, "user-plus"),
    Kind.PARTICIPANT_JOINED: Entry("joined the conversation", "user-plus"),
    Kind.PARTICIPANT_LEFT: Entry("left the conversation", "user-minus"),
    Kind.PARTICIPANT_REMOVED: Entry(_removed, "user-minus"),
    Kind.ESCALATED: Entry("escalated the ticket", "flame", is_important=True),
    Kind.ESCALATION_OVERDUE: Entry(
        "The escalation was not acknowledged in time",
        "flame",
        is_internal=True,
        is_impersonal=True,
        is_important=True,
    ),
    Kind.ESCALATION_ACKNOWLEDGED: Entry("acknowledged the escalation", "user-check"),
    Kind.ESCALATION_CLOSED: Entry(
        lambda _, after, __: f"closed the escalation: {after['outcome']}", "checks"
    ),
    Kind.UPDATE_PROMISED: Entry(
        lambda _, after, __: f"promised the next update by {_in_utc(after['due_at'])}", "clock"
    ),
    Kind.RESPONSE_DUE_SOON: Entry(_due_soon, "clock", is_internal=True, is_impersonal=True),
    Kind.RESPONSE_OVERDUE: Entry(_overdue, "clock", is_internal=True, is_impersonal=True),
    Kind.HANDED_OVER: Entry(_handed_over, "notes", is_internal=True),
    Kind.SNOOZED: Entry(_snoozed, "moon", is_internal=True),
    Kind.UNSNOOZED: Entry(
        _unsnoozed,
        "bell",
        is_internal=True,
        is_impersonal=True,
    ),
    Kind.MERGED: Entry(_merged, "git-merge"),
    Kind.MERGED_AWAY: Entry(_with_reference("merged this ticket into {}"), "git-merge"),
    Kind.MERGE_UNDONE: Entry(_with_reference("undid the merge with {}"), "arrow-back-up"),
    Kind.MERGE_SPLIT_OFF: Entry(_with_reference("undid the merge with {}"), "arrow-back-up"),
    Kind.SPLIT: Entry(_with_reference("split a comment into the new ticket {}"), "subtask"),
    Kind.SPLIT_FROM: Entry(_with_reference("opened this ticket from a comment on {}"), "subtask"),
    Kind.LINKED: Entry(_with_reference("linked {}"), "link", is_internal=True),
    Kind.UNLINKED: Entry(_with_reference("removed the link to {}"), "link", is_internal=True),
    Kind.FOLLOWED_UP: Entry(_with_reference("opened the follow-up ticket {}"), "link"),
    Kind.RATED: Entry(_rated, "star"),
    Kind.CLOSED: Entry("The ticket was closed automatically", "archive", is_impersonal=True),
}
