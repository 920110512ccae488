"""What happened on a ticket, in a sentence: for the thread and for mails. Pure."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tickets.states import CUSTOMER_WORDS, Severity, Status

Values = dict[str, Any]
Words = Callable[[Values, Values, bool], str]


def status_words(status: str, *, for_staff: bool) -> str:
    return Status(status).label if for_staff else CUSTOMER_WORDS[Status(status)]


def headline(kind: str, who: str, before: Values, after: Values, *, for_staff: bool) -> str:
    """One sentence without its full stop: "Fay Dubois changed the severity from Low to High"."""
    if kind in OF_THE_CLOCK:
        return OF_THE_CLOCK[kind].format(OWED[after["clock"]])
    if kind in WITHOUT_ACTOR:
        return WITHOUT_ACTOR[kind]
    return f"{who} {WORDS[kind](before, after, for_staff)}"


def _commented(before: Values, after: Values, for_staff: bool) -> str:
    if before.get("status") == Status.SOLVED and after["status"] == Status.OPEN:
        return "reopened the ticket"
    if after.get("status") in {None, Status.OPEN}:
        return "commented"
    return f"commented and set the status to {status_words(after['status'], for_staff=for_staff)}"


def _assigned(before: Values, after: Values, for_staff: bool) -> str:
    if after.get("by_team"):
        person = f", where it is {after['assignee']}'s" if after["assignee"] else ""
        return f"gave the ticket to the team {after['team']}{person}"
    if not after["assignee"]:
        return "unassigned the ticket"
    return "took the ticket" if after.get("by_self") else f"assigned the ticket to {after['assignee']}"


def _status_changed(before: Values, after: Values, for_staff: bool) -> str:
    if after["status"] == Status.SOLVED:
        return "marked the ticket solved"
    if before["status"] == Status.SOLVED:
        return "reopened the ticket"
    return f"set the status to {status_words(after['status'], for_staff=for_staff)}"


def _severity_changed(before: Values, after: Values, for_staff: bool) -> str:
    old, new = Severity(before["severity"]).label, Severity(after["severity"]).label
    why = f": {after['reason'].rstrip('.')}" if after.get("reason") else ""
    return f"changed the severity from {old} to {new}{why}"


def _reclassified(before: Values, after: Values, for_staff: bool) -> str:
    changed = [name for name in ("product", "reason") if before[name] != after[name]]
    return " and ".join(f"changed the {name} from {before[name]} to {after[name]}" for name in changed)


def _rated(before: Values, after: Values, for_staff: bool) -> str:
    sentence = f": {after['comment']}" if after["comment"] else ""
    return f"{'changed the rating to' if before else 'rated the ticket'} {after['score']} of 5{sentence}"


def _handed_over(before: Values, after: Values, for_staff: bool) -> str:
    return f"handed over. State: {after['state']} Next step: {after['next_step']}"


def _snoozed(before: Values, after: Values, for_staff: bool) -> str:
    until = after["until"]
    return f"put the ticket aside until {_in_utc(until)}" if until else "took the ticket up again"


def _tagged(before: Values, after: Values, for_staff: bool) -> str:
    old, new = set(before["tags"]), set(after["tags"])
    steps = [("added", sorted(new - old)), ("removed", sorted(old - new))]
    return " and ".join(
        f"{verb} the tags {_listed(tags)}" if len(tags) > 1 else f"{verb} the tag {tags[0]}"
        for verb, tags in steps
        if tags
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _in_utc(instant: str) -> str:
    """An instant as everybody can read it, whatever their time zone."""
    return f"{datetime.fromisoformat(instant).astimezone(UTC):%H:%M UTC on %a %d %b}"


def _says(words: str) -> Words:
    return lambda before, after, for_staff: words


WORDS: dict[str, Words] = {
    "opened": _says("opened the ticket"),
    "commented": _commented,
    "noted": _says("wrote an internal note"),
    "assigned": _assigned,
    "status_changed": _status_changed,
    "severity_changed": _severity_changed,
    "participants_added": lambda _, after, __: f"added {_listed(after['participants'])} to the conversation",
    "participant_joined": _says("joined the conversation"),
    "participant_left": _says("left the conversation"),
    "participant_removed": lambda _, after, __: (
        f"removed {_listed(after['participants'])} from the conversation"
    ),
    "escalated": _says("escalated the ticket"),
    "escalation_acknowledged": _says("took the escalation"),
    "escalation_closed": lambda _, after, __: f"closed the escalation: {after['outcome']}",
    "rated": _rated,
    "update_promised": lambda _, after, __: f"promised the next update by {_in_utc(after['due_at'])}",
    "tagged": _tagged,
    "handed_over": _handed_over,
    "snoozed": _snoozed,
    "merged": lambda _, after, __: f"merged {after['reference']} into this ticket",
    "merged_away": lambda _, after, __: f"merged this ticket into {after['reference']}",
    "merge_undone": lambda _, after, __: f"undid the merge with {after['reference']}",
    "split": lambda _, after, __: f"made a comment the new ticket {after['reference']}",
    "split_from": lambda _, after, __: f"opened this ticket from a comment on {after['reference']}",
    "linked": lambda _, after, __: f"linked {after['reference']}",
    "unlinked": lambda _, after, __: f"took away the link to {after['reference']}",
    "reclassified": _reclassified,
    "followed_up": lambda _, after, __: f"opened the follow-up ticket {after['reference']}",
}
WITHOUT_ACTOR = {
    "woken": "The ticket had been put aside, and came back as the customer wrote",
    "closed": "The ticket was closed, as it had been solved for a while",
    "escalation_overdue": "Nobody took the escalation by its deadline",
}
OF_THE_CLOCK = {
    "response_due_soon": "Three quarters of the time for {} are over",
    "response_overdue": "The time for {} is over",
}
OWED = {
    "first_response": "the first response",
    "next_response": "the next answer",
    "next_update": "the next update",
}
