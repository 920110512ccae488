"""The only door to tickets and what hangs on them: not visible is 404."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, F, Q, QuerySet, When
from django.http import Http404
from django.utils import timezone

from orgs.access import agents, people_with
from orgs.actor import Actor, Source
from orgs.models import Organization, User, Visibility
from orgs.roles import Capability
from tickets import presence
from tickets.models.catalogue import Product, Reason
from tickets.models.conversation import Attachment
from tickets.models.drafts import DraftKind, ServerDraft
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.people import Participant
from tickets.models.ticket import Ticket
from tickets.paging import ordered
from tickets.querysets import ActivityQuerySet, TicketQuerySet
from tickets.rules import (
    is_in_charge,
    is_participant,
    may_add_participants,
    may_join,
    may_rate,
    may_remove_participant,
)
from tickets.search.finding import searched
from tickets.states import Status
from tickets.what_if import Answered

# So many tickets are offered where somebody looks for one by words, or for one seen lately.
FEW = 5
# How far back, and how many tickets at most, are replayed under each tier.
REPLAYED_DAYS = 90
REPLAYED_MOST = 1000


def number_of(reference: str) -> int | None:
    """The number in a reference like ``SUP-1042``; None for anything else."""
    prefix, _, number = reference.upper().rpartition("-")
    is_ours = prefix == settings.TICKET_PREFIX.upper() and number.isascii() and number.isdigit()
    return int(number) if is_ours and len(number) < 18 else None


def ticket_named(actor: Actor, words: str, organization: Organization | None = None) -> Ticket | None:
    """The ticket, of one organization or of all, that the actor may see and that the words refer to."""
    number = number_of(words.strip())
    if number is None:
        return None
    tickets = Ticket.objects.visible_to(actor)
    return (tickets.of(organization) if organization else tickets).filter(pk=number).first()


def tickets_like(actor: Actor, text: str) -> list[Ticket]:
    """The few tickets that fit a search best, of all that the actor may see."""
    found = searched(actor, Ticket.objects.visible_to(actor), text)
    order = ordered(found.queryset, found.sort) if found.sort else found.queryset.order_by("-pk")
    return list(order[:FEW])


def recent_tickets(actor: Actor) -> list[Ticket]:
    """The few tickets that the person looked at last and still sees."""
    seen = Ticket.objects.visible_to(actor).filter(visits__user=actor.user_id)
    return list(seen.order_by("-visits__seen_at")[:FEW])


def follow_up_for(actor: Actor, organization: Organization, reference: str) -> Ticket | None:
    """The closed ticket of this organization that a new one follows, if the actor may see it."""
    visible = Ticket.objects.visible_to(actor).of(organization)
    return visible.filter(pk=number_of(reference) or 0, status=Status.CLOSED).first()


def similar_tickets(
    actor: Actor, organization: Organization, *, subject: str, product: str, services: list[int]
) -> list[Ticket]:
    """Up to three open tickets of others that the actor may see: on a named service, or on the product with
    a subject much like this one. One query.
    """
    others = Ticket.objects.visible_to(actor).of(organization).unfinished().exclude(requester=actor.user_id)
    alike = others.annotate(likeness=TrigramWordSimilarity(subject, "subject"))
    found = alike.filter(Q(services__in=services) | Q(product__code=product, likeness__gt=0.4))
    return list(found.select_related("requester", "product").order_by("-likeness", "-pk").distinct()[:3])


def submitted_before(actor: Actor, submission_key: str) -> Ticket | None:
    """The ticket that the actor made with this very form, if it was sent already."""
    try:
        key = uuid.UUID(submission_key)
    except ValueError:
        return None
    return Ticket.objects.filter(submission_key=key, requester=actor.user_id).first()


def ticket_for(actor: Actor, reference: str, *, capability: Capability | None = None) -> Ticket:
    """The ticket behind a reference like ``SUP-1042``, with what its page shows.

    Of one that was merged it is the ticket into which it went.
    """
    return _one(Ticket.objects.for_page().with_wishes(actor.user_id), actor, reference, capability)


def bare_ticket_for(actor: Actor, reference: str, *, capability: Capability | None = None) -> Ticket:
    """The ticket alone, for what a page asks every few seconds; one query."""
    return _one(Ticket.objects.all(), actor, reference, capability)


def _one(tickets: TicketQuerySet, actor: Actor, reference: str, capability: Capability | None) -> Ticket:
    visible = tickets.visible_to(actor)
    ticket = visible.filter(pk=number_of(reference) or 0).first()
    while ticket and ticket.merged_into_id:
        ticket = visible.filter(pk=ticket.merged_into_id).first()
    if not ticket:
        raise Http404("No such ticket")
    if capability and not actor.can(capability):
        raise PermissionDenied
    return ticket


def draft_of(actor: Actor, ticket: Ticket) -> ServerDraft | None:
    """What the person has typed on a ticket and not sent; who works the queue no more has no notes left."""
    found = ServerDraft.objects.filter(user=actor.person, ticket=ticket).first()
    is_note = found is not None and found.kind == DraftKind.NOTE
    return None if is_note and not actor.can(Capability.WORK_QUEUE) else found


@dataclass(frozen=True)
class Colleague:
    """Somebody else of the staff who is on a ticket now; ``doing`` as in ``presence``."""

    user: User
    doing: str


def colleagues_on(actor: Actor, ticket: Ticket) -> list[Colleague]:
    """Who else of the staff looks at a ticket or writes on it, by name; one query. For staff alone."""
    if not actor.can(Capability.WORK_QUEUE):
        return []
    others = {user.pk: user for user in agents() if user.pk != actor.user_id}
    doing = presence.seen_on(ticket.pk, others)
    return [Colleague(user, doing[pk]) for pk, user in others.items() if pk in doing]


def who_sees(ticket: Ticket, actors: Iterable[Actor]) -> set[int]:
    """Ids of those people who may see a ticket: the rule of ``visible_to``, asked of many at once; one query.

    A test holds the two together.
    """
    people = {actor.user_id: actor for actor in actors if actor.user_id}
    organization = ticket.organization
    in_conversation = set(ticket.participants.filter(user__in=people).values_list("user_id", flat=True))
    in_conversation.add(ticket.requester_id)
    return {
        pk
        for pk, actor in people.items()
        if actor.can(Capability.WORK_QUEUE)
        or organization.pk in actor.organizations_with(Capability.SEE_ALL_TICKETS)
        or (
            organization.pk in actor.roles
            and (pk in in_conversation or organization.visibility == Visibility.ALL)
        )
    }


def thread_for(actor: Actor, ticket: Ticket) -> ActivityQuerySet:
    """The entries of a ticket's thread that the actor may read, oldest first."""
    return ticket.activities.visible_to(actor).for_thread()


def sight_of(ticket: Ticket) -> list[str]:
    """Who can see a ticket, and why, in sentences; one query. The rule itself is ``visible_to``."""
    organization = ticket.organization
    sentences = [f"{ticket.requester.name}, who opened it."]
    sentences += [f"{each.user.name}, who is in CC." for each in ticket.participants.all()]
    admins = [user.name for user in people_with(organization, Capability.SEE_ALL_TICKETS)]
    if admins:
        sentences.append(f"Organization admins of {organization}: {', '.join(admins)}.")
    if organization.visibility == Visibility.ALL:
        sentences.append(f"Every user of {organization}, because it shows all tickets to every user.")
    return [*sentences, "The support team."]


def participant_for(actor: Actor, ticket: Ticket, user_id: int) -> User:
    """Somebody in the conversation whom the actor may take out of it."""
    found = next((each.user for each in ticket.participants.all() if each.user_id == user_id), None)
    if found is None:
        raise Http404("Not in this conversation")
    if not may_remove_participant(actor, ticket, user_id):
        raise PermissionDenied
    return found


def last_entry_id(actor: Actor, ticket: Ticket) -> int | None:
    """The newest entry of the thread that the actor may read."""
    return ticket.activities.visible_to(actor).order_by("-id").values_list("pk", flat=True).first()


def attachment_for(actor: Actor, key: uuid.UUID) -> Attachment:
    """A file that the actor may open."""
    attachment = Attachment.objects.visible_to(actor).filter(pk=key).first()
    if attachment is None:
        raise Http404("No such file")
    return attachment


def unsent_files(actor: Actor) -> QuerySet[Attachment]:
    """The actor's own uploads that are not on a comment yet."""
    return Attachment.objects.unsent_by(actor.person)


def tickets_in_project(name: str) -> QuerySet:
    """Ids of tickets about a project or a service in it."""
    whole = Ticket.projects.through.objects.filter(project__name=name).values("ticket")
    parts = Ticket.services.through.objects.filter(service__project__name=name).values("ticket")
    return whole.union(parts)


def products(besides: Ticket | None = None) -> QuerySet[Product]:
    """What a new ticket can be about, or besides what it is already, this one."""
    present = Q(pk=besides.product_id) if besides else Q()
    return Product.objects.filter(Q(is_retired=False) | present)


def reasons(besides: Ticket | None = None) -> QuerySet[Reason]:
    """Why a new ticket can be opened, or besides why it was already, this one."""
    present = Q(pk=besides.reason_id) if besides else Q()
    return Reason.objects.filter(Q(is_retired=False) | present)


def sees_organization_tab(actor: Actor, organization: Organization) -> bool:
    """Whether *Tickets in my organization* shows: to admins, and where all tickets are for every user."""
    return actor.can(Capability.SEE_ALL_TICKETS, organization) or organization.visibility == Visibility.ALL


def lists_for(actor: Actor, organization: Organization) -> dict[str, TicketQuerySet]:
    """The tabs of *My tickets* that the actor has in an organization, and the tickets under each."""
    tickets = Ticket.objects.visible_to(actor).of(organization)
    lists = {"mine": tickets.requested_by(actor.user_id), "cc": tickets.with_participant(actor.user_id)}
    if sees_organization_tab(actor, organization):
        lists["organization"] = tickets
    return lists


def follows_of(actor: Actor, organization: Organization | None = None) -> QuerySet[Follow]:
    """What the person follows, in one organization or everywhere."""
    follows = Follow.objects.filter(user=actor.person)
    return (follows.filter(organization=organization) if organization else follows).for_list()


def follow_for(actor: Actor, pk: int) -> Follow:
    """One of the person's own rules, or 404."""
    found = follows_of(actor).filter(pk=pk).first()
    if found is None:
        raise Http404("No such rule")
    return found


def follows_all(actor: Actor, organization: Organization) -> bool | None:
    """Whether the person follows all tickets of an organization; None where they may not."""
    if not actor.can(Capability.FOLLOW_ALL_TICKETS, organization):
        return None
    return follows_of(actor, organization).filter(scope=FollowScope.ORGANIZATION).exists()


def muted_by(actor: Actor) -> QuerySet[Mute]:
    """Tickets that the person muted and still sees, the newest first."""
    visible = Ticket.objects.visible_to(actor)
    mutes = Mute.objects.filter(user=actor.person, ticket__in=visible)
    return mutes.select_related("ticket").order_by("-pk")


@dataclass(frozen=True)
class Allowed:
    """What the actor may do on a ticket that they see. For display; the actions check for themselves."""

    comment: bool
    work: bool
    solve: bool
    add_participants: bool
    change_severity: bool
    escalate: bool
    join: bool
    leave: bool
    remove: bool
    rate: bool
    follow_up: bool


def allowed_on(actor: Actor, ticket: Ticket) -> Allowed:
    work = actor.can(Capability.WORK_QUEUE)
    live = not ticket.is_closed
    in_charge = is_in_charge(actor, ticket)
    rated_at = ticket.rating.rated_at if hasattr(ticket, "rating") else None
    return Allowed(
        comment=live,
        work=work,
        solve=live and not work and not ticket.is_finished,
        add_participants=live and may_add_participants(actor, ticket),
        change_severity=live and in_charge,
        escalate=live and not work and not ticket.open_escalation,
        join=live and may_join(actor, ticket),
        leave=is_participant(actor, ticket),
        remove=in_charge,
        rate=may_rate(actor, ticket, rated_at, timezone.now()),
        follow_up=not live and actor.can(Capability.OPEN_TICKETS, ticket.organization_id),
    )


def tickets_to_replay(organization: Organization, now: datetime) -> list[Answered]:
    """Severity and times of the newest tickets of the last 90 days; one query."""
    since = now - timedelta(days=REPLAYED_DAYS)
    tickets = Ticket.objects.of(organization).filter(created_at__gte=since).order_by("-created_at")
    rows = tickets.values_list("severity", "created_at", "first_responded_at")[:REPLAYED_MOST]
    return [Answered(*row) for row in rows]


@dataclass(frozen=True)
class Sight:
    """How many tickets of an organization one of its people sees, now and after a switch."""

    user: User
    now: int
    then: int


@dataclass(frozen=True)
class SightPreview:
    """What a switch of visibility would do: everybody's sight, and on how many tickets it changes."""

    people: list[Sight]
    tickets: int

    @property
    def touched(self) -> list[Sight]:
        return [each for each in self.people if each.now != each.then]


def sight_under(organization: Organization, visibility: str) -> SightPreview:
    """What every active member would see under another visibility; five queries, whatever the numbers.

    It says in counts what ``visible_to`` says in rows, and a test holds the two together.
    """
    tickets = Ticket.objects.of(organization)
    total = tickets.count()
    members = organization.memberships.filter(user__is_active=True).select_related("user")
    roles = {each.user: each.role for each in members.order_by("user__name", "pk")}
    bound = [user for user, role in roles.items() if not _sees_all_by_role(user, role, organization)]
    own = _own_counts(organization, bound)

    def seen(user: User, under: str) -> int:
        return own[user.pk] if user in bound and under != Visibility.ALL else total

    people = [Sight(user, seen(user, organization.visibility), seen(user, visibility)) for user in roles]
    is_change = bool(bound) and visibility != organization.visibility
    return SightPreview(people, total - _seen_by_each(tickets, bound) if is_change else 0)


def _sees_all_by_role(user: User, role: str, organization: Organization) -> bool:
    actor = Actor(user=user, source=Source.SYSTEM, roles={organization.pk: role})
    return actor.can(Capability.SEE_ALL_TICKETS, organization) or actor.can(Capability.WORK_QUEUE)


def _own_counts(organization: Organization, users: Sequence[User]) -> Counter[int]:
    """By user id, how many tickets of the organization the person opened or is CC'd on."""
    opened = Ticket.objects.of(organization).filter(requester__in=users)
    cc = Participant.objects.filter(ticket__organization=organization, user__in=users)
    counts = Counter(dict(opened.values_list("requester").annotate(Count("pk"))))
    others = cc.exclude(user=F("ticket__requester"))
    counts.update(dict(others.values_list("user").annotate(Count("pk"))))
    return counts


def _seen_by_each(tickets: TicketQuerySet, users: Sequence[User]) -> int:
    """How many tickets every one of these people opened or is CC'd on."""
    in_cc = Count(
        "participants", filter=Q(participants__user__in=users) & ~Q(participants__user=F("requester"))
    )
    opened = Case(When(requester__in=users, then=1), default=0)
    return tickets.annotate(seen_by=in_cc + opened).filter(seen_by=len(users)).count()
