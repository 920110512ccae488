"""Queue one mail for each recipient of a ticket's event, a chunk of people at a time."""

from collections.abc import Iterator

from django.db.models import Q

from notifications.lanes import lane_of
from notifications.models.messages import EmailMessage, MailState
from notifications.models.preferences import MailPreferences
from notifications.recipients import Following, People, Recipient, recipients
from orgs.models import User
from orgs.roles import STAFF_CAPABILITIES, Capability
from supportcenter.outbox.models import OutboxMessage
from tickets.models.conversation import ActivityKind
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.mentions import Mention
from tickets.models.ticket import Ticket
from tickets.states import Severity

# How many people are processed at a time, so that memory does not grow with their number.
CHUNK_SIZE = 500
LEADS = [role for role, can in STAFF_CAPABILITIES.items() if Capability.LEAD_ESCALATIONS in can]


def queue_mails(message: OutboxMessage) -> int:
    """Queue the mails about an event of a ticket; return how many people were considered.

    Running it twice queues nothing new. A person gets one mail for each event, however many reasons apply.
    """
    ticket = Ticket.objects.select_related("organization", "product").get(pk=message.payload["ticket"])
    count = 0
    mentioned = _mentioned(message)
    for users in _chunks(ticket, mentioned):
        found = recipients(
            message.name,
            _people(ticket, users, mentioned),
            _preferences(users),
            actor_id=message.actor_id,
            is_critical=ticket.severity == Severity.CRITICAL,
            now=message.occurred_at,
        )
        _save(message, ticket, users, found)
        count += len(users)
    return count


def _mentioned(message: OutboxMessage) -> frozenset[int]:
    """Return the ids of people mentioned in the note that the event is about."""
    if message.name != ActivityKind.NOTED.event:
        return frozenset()
    mentions = Mention.objects.filter(comment__activity=message.payload["activity"])
    return frozenset(mentions.values_list("user_id", flat=True))


def _chunks(ticket: Ticket, mentioned: frozenset[int]) -> Iterator[dict[int, User]]:
    """Yield everyone who could be notified about a ticket, by id, in order of id."""
    is_involved = (
        Q(pk__in=[ticket.requester_id, ticket.assignee_id or 0, *mentioned])
        | Q(pk__in=ticket.participants.values("user"))
        | Q(pk__in=Follow.objects.reaching(ticket).order_by().values("user"))
        | Q(staff_role__in=LEADS)
    )
    people = User.objects.filter(is_involved, is_active=True).order_by("pk")
    last = 0
    while chunk := {user.pk: user for user in people.filter(pk__gt=last)[:CHUNK_SIZE]}:
        yield chunk
        last = max(chunk)


def _people(ticket: Ticket, users: dict[int, User], mentioned: frozenset[int]) -> People:
    followers: dict[int, Following] = {}
    agents: dict[int, Following] = {}
    for follow in Follow.objects.reaching(ticket).filter(user__in=users).order_by("user", "pk"):
        side = agents if follow.scope == FollowScope.TICKET else followers
        side.setdefault(follow.user_id, Following(follow.pk, follow.words))
    participants = ticket.participants.filter(user__in=users).values_list("user_id", flat=True)
    muted = Mute.objects.filter(ticket=ticket, user__in=users).values_list("user_id", flat=True)
    return People(
        requester=ticket.requester_id if ticket.requester_id in users else None,
        assignee=ticket.assignee_id if ticket.assignee_id in users else None,
        participants=frozenset(participants),
        mentioned=mentioned & users.keys(),
        followers=followers,
        agents=agents,
        leads=frozenset(
            pk
            for pk, user in users.items()
            if Capability.LEAD_ESCALATIONS in STAFF_CAPABILITIES[user.staff_role]
        ),
        muted=frozenset(muted),
    )


def _preferences(users: dict[int, User]) -> dict[int, MailPreferences]:
    known = {each.user_id: each for each in MailPreferences.objects.filter(user__in=users)}
    for pk, preferences in known.items():
        preferences.user = users[pk]  # for the time zone, without a query
    return known


def _save(message: OutboxMessage, ticket: Ticket, users: dict[int, User], found: list[Recipient]) -> None:
    EmailMessage.objects.bulk_create(
        (
            EmailMessage(
                kind="ticket_update",
                lane=lane_of("ticket_update", message.name),
                recipient_id=each.user_id,
                to_address=users[each.user_id].email,
                reason=each.reason,
                follow_id=each.follow_id,
                reason_text=each.reason_text,
                event=message,
                ticket=ticket,
                activity_id=message.payload["activity"],
                state=MailState.HELD if each.is_digest else MailState.QUEUED,
                due_at=each.due_at,
            )
            for each in found
        ),
        ignore_conflicts=True,
    )
