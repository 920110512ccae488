"""What happened on a ticket, in a sentence: for the thread and for mails. Pure."""

from typing import Any

from tickets.states import CUSTOMER_WORDS, Severity, Status

SUPPORT = "Support"


def status_words(status: str, *, for_staff: bool) -> str:
    return Status(status).label if for_staff else CUSTOMER_WORDS[Status(status)]


def headline(  # noqa: PLR0911 - a return for each kind
    kind: str, who: str, before: dict[str, Any], after: dict[str, Any], *, for_staff: bool
) -> str:
    """One sentence without its full stop: "Fay Dubois changed the severity from Low to High"."""
    match kind:
        case "opened":
            return f"{who} opened the ticket"
        case "commented":
            return f"{who} commented" + _and_status(after, for_staff=for_staff)
        case "noted":
            return f"{who} wrote an internal note"
        case "assigned":
            return (
                f"{who} assigned the ticket to {after['assignee']}"
                if after["assignee"]
                else (f"{who} unassigned the ticket")
            )
        case "status_changed":
            return f"{who} {_status_change(before, after, for_staff=for_staff)}"
        case "severity_changed":
            old, new = Severity(before["severity"]).label, Severity(after["severity"]).label
            return f"{who} changed the severity from {old} to {new}"
        case "participants_added":
            return f"{who} added {_listed(after['participants'])} to the conversation"
        case "escalated":
            return f"{who} escalated the ticket"
        case "closed":
            return "The ticket was closed, as it had been solved for a while"
    raise ValueError(f"no words for {kind!r}")


def _and_status(after: dict[str, Any], *, for_staff: bool) -> str:
    if not after.get("status"):
        return ""
    return f" and set the status to {status_words(after['status'], for_staff=for_staff)}"


def _status_change(before: dict[str, Any], after: dict[str, Any], *, for_staff: bool) -> str:
    if after["status"] == Status.SOLVED:
        return "marked the ticket solved"
    if before["status"] == Status.SOLVED:
        return "reopened the ticket"
    return f"set the status to {status_words(after['status'], for_staff=for_staff)}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
