"""Who may see a ticket and what they may do there. Changes nothing: actions enforce it, pages show it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, Q, When
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import Organization, User, Visibility
from orgs.roles import Capability
from orgs.source import Source
from tickets.models.people import Participant
from tickets.models.queue import SavedView
from tickets.models.ticket import Ticket, TicketQuerySet

RATING_CHANGEABLE_DAYS = 7


def is_in_charge(actor: Actor, ticket: Ticket) -> bool:
    """Return whether the actor is the requester, an organization admin, or an agent."""
    return (
        ticket.requester_id == actor.user_id
        or actor.can(Capability.SEE_ALL_TICKETS, ticket.organization_id)
        or actor.can(Capability.WORK_QUEUE)
    )


def may_add_participants(actor: Actor, ticket: Ticket) -> bool:
    """Return whether the actor is in charge, or a participant if the organization lets those add people."""
    return is_in_charge(actor, ticket) or (
        ticket.organization.participants_may_add and is_participant(actor, ticket)
    )


def is_participant(actor: Actor, ticket: Ticket) -> bool:
    return any(each.user_id == actor.user_id for each in ticket.participants.all())


def may_remove_participant(actor: Actor, ticket: Ticket, user_id: int) -> bool:
    """Return whether the actor may remove a participant: themselves, or others if in charge."""
    return user_id == actor.user_id or is_in_charge(actor, ticket)


def may_join(actor: Actor, ticket: Ticket) -> bool:
    """Return whether the actor is a member of the organization and not in the conversation yet."""
    return (
        ticket.organization_id in actor.roles
        and ticket.requester_id != actor.user_id
        and not is_participant(actor, ticket)
    )


def may_rate(actor: Actor, ticket: Ticket, rated_at: datetime | None, now: datetime) -> bool:
    """Return whether the actor may rate the solved ticket or, within seven days, change the rating."""
    if actor.can(Capability.WORK_QUEUE) or not ticket.is_finished or not is_in_charge(actor, ticket):
        return False
    return rated_at is None or now - rated_at <= timedelta(days=RATING_CHANGEABLE_DAYS)


def may_change_view(actor: Actor, view: SavedView) -> bool:
    """Return whether the actor may change a view: their own, and shared ones as a duty lead."""
    return view.owner_id == actor.user_id or (view.is_shared and actor.can(Capability.LEAD_ESCALATIONS))


@dataclass(frozen=True)
class Allowed:
    """What the actor may do on a ticket that they see. For display only: the actions check by themselves."""

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
    """Return what the actor may do on a ticket."""
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


def explain_visibility(ticket: Ticket, admins: Sequence[User]) -> list[str]:
    """Return who can see a ticket, and why, in sentences. The rule itself is ``visible_to``.

    ``admins`` are those whose role in the organization lets them see all tickets.
    """
    organization = ticket.organization
    sentences = [f"{ticket.requester.name}, the requester."]
    sentences += [f"{each.user.name}, in CC." for each in ticket.participants.all()]
    if admins:
        names = ", ".join(each.name for each in admins)
        sentences.append(f"Organization admins of {organization}: {names}.")
    if organization.visibility == Visibility.ALL:
        sentences.append(
            f"Every user of {organization}, because the organization shows all tickets to every user."
        )
    return [*sentences, "The support team."]


@dataclass(frozen=True)
class VisibilityChange:
    """How many of an organization's tickets a member sees, now and after a change of visibility."""

    user: User
    now: int
    then: int


@dataclass(frozen=True)
class VisibilityPreview:
    """What a change of visibility would do: for each member, and the number of tickets affected."""

    people: list[VisibilityChange]
    tickets: int

    @property
    def affected(self) -> list[VisibilityChange]:
        return [each for each in self.people if each.now != each.then]


def preview_visibility(organization: Organization, visibility: str) -> VisibilityPreview:
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

    people = [
        VisibilityChange(user, seen(user, organization.visibility), seen(user, visibility)) for user in roles
    ]
    is_change = bool(bound) and visibility != organization.visibility
    return VisibilityPreview(people, total - _seen_by_each(tickets, bound) if is_change else 0)


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
