"""From an event and the people around a ticket to who hears of it, and why. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tickets import events

REQUESTER = "You opened this ticket."
PARTICIPANT = "You are CC'd on this ticket."
ASSIGNEE = "You are the assignee of this ticket."
LEAD = "You are a duty lead."

PUBLIC_EVENTS = frozenset(
    {
        events.TICKET_OPENED,
        events.TICKET_COMMENTED,
        events.TICKET_STATUS_CHANGED,
        events.TICKET_SEVERITY_CHANGED,
        events.TICKET_ESCALATION_ACKNOWLEDGED,
        events.TICKET_ESCALATION_CLOSED,
        events.TICKET_CLOSED,
    }
)
# For the agent who has the ticket.
ASSIGNEE_EVENTS = frozenset({events.TICKET_NOTED, events.TICKET_ASSIGNED, events.TICKET_RATED})
# For those who must see to it that somebody acts. The comment that called reaches everybody by itself.
LEAD_EVENTS = frozenset({events.TICKET_ESCALATED, events.TICKET_ESCALATION_OVERDUE})
EVENTS = PUBLIC_EVENTS | ASSIGNEE_EVENTS | LEAD_EVENTS


@dataclass(frozen=True)
class People:
    """Ids of the people around a ticket when its event is handled."""

    requester: int
    assignee: int | None = None
    participants: frozenset[int] = field(default_factory=frozenset)
    followers: frozenset[int] = field(default_factory=frozenset)
    leads: frozenset[int] = field(default_factory=frozenset)
    organization: str = ""


def recipients(event: str, people: People, *, actor_id: int | None) -> dict[int, str]:
    """Recipient ids with the reason for each; nobody twice, and nobody for what they did themselves.

    The one exception is opening a ticket: the requester gets a receipt.
    """
    found: dict[int, str] = {}
    for person, reason in _candidates(event, people):
        if person != actor_id:
            found.setdefault(person, reason)
    if event == events.TICKET_OPENED:
        found[people.requester] = REQUESTER
    return found


def _candidates(event: str, people: People) -> Iterable[tuple[int, str]]:
    """Everybody who has a reason, the strongest reason of a person first."""
    if event in PUBLIC_EVENTS:
        yield people.requester, REQUESTER
        yield from ((person, PARTICIPANT) for person in sorted(people.participants))
        follow = f"You follow all tickets of {people.organization}."
        yield from ((person, follow) for person in sorted(people.followers))
    if people.assignee and event in PUBLIC_EVENTS | ASSIGNEE_EVENTS:
        yield people.assignee, ASSIGNEE
    if event in LEAD_EVENTS:
        yield from ((person, LEAD) for person in sorted(people.leads))
