"""Who is notified about an event of a ticket, why, and when. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.models.messages import Reason
from notifications.models.preferences import Frequency, MailPreferences
from supportcenter.zones import instant_at
from tickets.models.conversation import ActivityKind

REASON_TEXTS = {
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
# For the assignee and the agents who follow the ticket.
STAFF_EVENTS = frozenset({ActivityKind.NOTED.event, ActivityKind.ASSIGNED.event, ActivityKind.RATED.event})
# For those who must make sure that someone acts. The comment that escalated reaches everyone by itself.
LEAD_EVENTS = frozenset({ActivityKind.ESCALATED.event, ActivityKind.ESCALATION_OVERDUE.event})
# For those who can still meet the SLA target, or must deal with a missed one.
CLOCK_EVENTS = frozenset({ActivityKind.RESPONSE_DUE_SOON.event, ActivityKind.RESPONSE_OVERDUE.event})
# Neither digests nor quiet hours delay these, and they are sent before other mail.
URGENT_EVENTS = LEAD_EVENTS | CLOCK_EVENTS
EVENTS = PUBLIC_EVENTS | STAFF_EVENTS | URGENT_EVENTS


@dataclass(frozen=True)
class Following:
    """A follow rule: its id, and what it follows in words."""

    follow_id: int
    words: str


@dataclass(frozen=True)
class People:
    """Ids of the people involved in a ticket, or of some of them at a time.

    ``mentioned`` are the people mentioned in the event's note, ``followers`` are customers with a follow
    rule, ``agents`` are staff who follow this ticket.
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
    """A person to notify, the reason, when, and whether in a digest."""

    user_id: int
    reason: Reason
    reason_text: str
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
        reason_text = f"You follow {following.words}." if following else REASON_TEXTS[reason]
        at_once = is_receipt or event in URGENT_EVENTS
        due_at, is_digest = (now, False) if at_once else when(own, now, is_critical=is_critical)
        follow_id = following.follow_id if following else None
        found[user_id] = Recipient(user_id, reason, reason_text, due_at, follow_id, is_digest)
    return list(found.values())


def opt_out(event: str, reason: str, preferences: MailPreferences, *, is_muted: bool) -> str:
    """Return how a person opted out of mail that they would get for a reason; empty if they did not.

    Nothing stops the receipt of a new ticket or an escalation to duty leads.
    """
    is_receipt = event == ActivityKind.OPENED.event and reason == Reason.REQUESTER
    if is_receipt or (event in LEAD_EVENTS and reason == Reason.LEAD):
        return ""
    if is_muted:
        return "The recipient muted the ticket."
    if preferences.frequency == Frequency.OFF:
        return "The recipient turned off mail about tickets."
    if reason in preferences.off_reasons:
        return "The recipient turned off mail for this reason."
    return ""


def _candidates(event: str, people: People) -> Iterator[tuple[int, Reason, Following | None]]:
    """Yield everyone with a reason to be notified, each person's strongest reason first."""
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
    """Return when a mail may go out, and whether it is held for a digest until then."""
    if preferences.frequency == Frequency.HOURLY:
        return _after_quiet(preferences, _next_hour(now), is_critical=is_critical), True
    if preferences.frequency == Frequency.DAILY:
        return _next_at(preferences.daily_at, now, preferences.zone), True
    return _after_quiet(preferences, now, is_critical=is_critical), False


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _next_at(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the next instant after ``now`` at which it is ``at`` in the time zone."""
    today = now.astimezone(zone).date()
    moments = (instant_at(today + timedelta(days=days), at, zone) for days in (0, 1, 2))
    return next(moment for moment in moments if moment > now)


def _after_quiet(preferences: MailPreferences, at: datetime, *, is_critical: bool) -> datetime:
    """Return the instant itself, or the end of the quiet hours that it falls into."""
    if is_critical or preferences.quiet_from is None or preferences.quiet_until is None:
        return at
    clock = at.astimezone(preferences.zone).time()
    begins, ends = preferences.quiet_from, preferences.quiet_until
    is_quiet = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
    return _next_at(ends, at, preferences.zone) if is_quiet else at
