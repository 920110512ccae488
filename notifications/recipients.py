"""From an event and the people around a ticket to who hears of it, why, and when. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.models.messages import Reason
from notifications.models.preferences import MailPreferences, Rhythm
from tickets.models.conversation import ActivityKind

WORDS = {
    Reason.REQUESTER: "You opened this ticket.",
    Reason.PARTICIPANT: "You are CC'd on this ticket.",
    Reason.MENTIONED: "You are mentioned in this internal note.",
    Reason.ASSIGNEE: "You are the assignee of this ticket.",
    Reason.LEAD: "You are a duty lead.",
}

PUBLIC_EVENTS = frozenset(
    {
        ActivityKind.OPENED.event,
        ActivityKind.COMMENTED.event,
        ActivityKind.STATUS_CHANGED.event,
        ActivityKind.SEVERITY_CHANGED.event,
        ActivityKind.UPDATE_PROMISED.event,
        ActivityKind.ESCALATION_ACKNOWLEDGED.event,
        ActivityKind.ESCALATION_CLOSED.event,
        ActivityKind.CLOSED.event,
        ActivityKind.MERGED.event,
        ActivityKind.MERGE_UNDONE.event,
    }
)
# For the agents who have or follow the ticket.
STAFF_EVENTS = frozenset({ActivityKind.NOTED.event, ActivityKind.ASSIGNED.event, ActivityKind.RATED.event})
# For those who must make sure that someone acts. The comment that escalated reaches everyone by itself.
LEAD_EVENTS = frozenset({ActivityKind.ESCALATED.event, ActivityKind.ESCALATION_OVERDUE.event})
# For whoever can still keep, or must mend, what was promised.
CLOCK_EVENTS = frozenset({ActivityKind.RESPONSE_DUE_SOON.event, ActivityKind.RESPONSE_OVERDUE.event})
EVENTS = PUBLIC_EVENTS | STAFF_EVENTS | LEAD_EVENTS | CLOCK_EVENTS


@dataclass(frozen=True)
class Following:
    """A rule by which somebody follows: its id, and what it follows in words."""

    follow_id: int
    words: str


@dataclass(frozen=True)
class People:
    """Ids of the people around a ticket when its event is handled, or of some of them at a time.

    ``mentioned`` are those whom the note of this very event names, ``followers`` are customers by their
    rules, ``agents`` those of staff who follow this very ticket.
    """

    requester: int | None = None
    assignee: int | None = None
    participants: frozenset[int] = frozenset()
    mentioned: frozenset[int] = frozenset()
    followers: Mapping[int, Following] = field(default_factory=dict)
    agents: Mapping[int, Following] = field(default_factory=dict)
    leads: frozenset[int] = frozenset()
    muted: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Recipient:
    """Somebody who hears, by which rule and in which words, when, and whether in a digest."""

    user_id: int
    reason: Reason
    words: str
    due_at: datetime
    follow_id: int | None = None
    is_digest: bool = False


def recipients(
    event: str,
    people: People,
    preferences: Mapping[int, MailPreferences],
    *,
    actor_id: int | None,
    is_critical: bool,
    now: datetime,
) -> list[Recipient]:
    """Return who is notified, each once, by their strongest reason that is not turned off.

    People are not notified about what they did themselves, except for the receipt of a new ticket.
    """
    found: dict[int, Recipient] = {}
    for user_id, reason, following in _candidates(event, people):
        is_receipt = event == ActivityKind.OPENED.event and user_id == people.requester
        if user_id in found or (user_id == actor_id and not is_receipt):
            continue
        own = preferences.get(user_id) or MailPreferences()
        if opt_out(event, reason, own, is_muted=user_id in people.muted):
            continue
        words = f"You follow {following.words}." if following else WORDS[reason]
        at_once = is_receipt or event in LEAD_EVENTS | CLOCK_EVENTS
        due_at, is_digest = (now, False) if at_once else when(own, now, is_critical=is_critical)
        follow_id = following.follow_id if following else None
        found[user_id] = Recipient(user_id, reason, words, due_at, follow_id, is_digest)
    return list(found.values())


def opt_out(event: str, rule: str, preferences: MailPreferences, *, is_muted: bool) -> str:
    """Return how a person opted out of mail that they would get by a rule; empty if they did not.

    Nothing stops the receipt of a new ticket or an escalation to duty leads.
    """
    is_receipt = event == ActivityKind.OPENED.event and rule == Reason.REQUESTER
    if is_receipt or (event in LEAD_EVENTS and rule == Reason.LEAD):
        return ""
    if is_muted:
        return "The recipient muted the ticket."
    if preferences.rhythm == Rhythm.OFF:
        return "The recipient turned off mail about tickets."
    if rule in preferences.off_reasons:
        return "The recipient turned off mail for this reason."
    return ""


def _candidates(event: str, people: People) -> Iterator[tuple[int, Reason, Following | None]]:
    """Everybody who has a reason, the strongest reason of a person first."""
    if event in PUBLIC_EVENTS:
        if people.requester:
            yield people.requester, Reason.REQUESTER, None
        yield from _each(people.participants, Reason.PARTICIPANT)
    if event == ActivityKind.NOTED.event:
        yield from _each(people.mentioned, Reason.MENTIONED)
    if people.assignee and event in PUBLIC_EVENTS | STAFF_EVENTS | CLOCK_EVENTS:
        yield people.assignee, Reason.ASSIGNEE, None
    if event in PUBLIC_EVENTS | STAFF_EVENTS:
        yield from ((user, Reason.FOLLOWER, rule) for user, rule in sorted(people.agents.items(), key=_id))
    if event in PUBLIC_EVENTS:
        yield from ((user, Reason.FOLLOWER, rule) for user, rule in sorted(people.followers.items(), key=_id))
    if event in LEAD_EVENTS | CLOCK_EVENTS:
        yield from _each(people.leads, Reason.LEAD)


def _each(users: Iterable[int], reason: Reason) -> Iterator[tuple[int, Reason, None]]:
    return ((user, reason, None) for user in sorted(users))


def _id(item: tuple[int, Following]) -> int:
    return item[0]


def when(preferences: MailPreferences, now: datetime, *, is_critical: bool) -> tuple[datetime, bool]:
    """When a mail may go out, and whether it waits for a digest until then."""
    if preferences.rhythm == Rhythm.HOURLY:
        return _after_quiet(preferences, _next_hour(now), is_critical=is_critical), True
    if preferences.rhythm == Rhythm.DAILY:
        return _next_at(preferences.daily_at, now, preferences.zone), True
    return _after_quiet(preferences, now, is_critical=is_critical), False


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _next_at(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The next instant after ``now`` at which clocks in the zone show a time of day."""
    today = now.astimezone(zone).date()
    moments = (datetime.combine(today + timedelta(days=days), at, zone) for days in (0, 1, 2))
    return next(moment for moment in moments if moment > now)


def _after_quiet(preferences: MailPreferences, at: datetime, *, is_critical: bool) -> datetime:
    """The instant itself, or the end of the quiet hours that it falls into."""
    if is_critical or preferences.quiet_from is None or preferences.quiet_until is None:
        return at
    clock = at.astimezone(preferences.zone).time()
    begins, ends = preferences.quiet_from, preferences.quiet_until
    is_quiet = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
    return _next_at(ends, at, preferences.zone) if is_quiet else at
