"""The only door to tickets and what hangs on them: not visible is 404."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.http import Http404
from django.utils import timezone

from billing.entitlements import tier_names_of
from orgs.access import agents, require
from orgs.actor import Actor
from orgs.models import Organization, User, Visibility
from orgs.roles import Capability
from tickets import presence
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import Activity, ActivityQuerySet, Attachment, Comment
from tickets.models.drafts import DraftKind, ServerDraft
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.linking import Merge, TicketLink
from tickets.models.macros import Macro
from tickets.models.queue import SavedView
from tickets.models.tags import Tag
from tickets.models.teams import Team
from tickets.models.ticket import Ticket, TicketQuerySet, number_of
from tickets.paging import ordered
from tickets.permissions import (
    is_in_charge,
    is_participant,
    may_add_participants,
    may_change_view,
    may_join,
    may_rate,
    may_remove_participant,
)
from tickets.search.finding import searched
from tickets.states import Status

# So many tickets are offered where somebody looks for one by words, or for one seen lately.
FEW = 5


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
    tickets = Ticket.objects.for_page().annotate(
        is_muted=Exists(Mute.objects.filter(ticket=OuterRef("pk"), user=actor.user_id)),
        is_followed=Exists(Follow.objects.filter(ticket=OuterRef("pk"), user=actor.user_id)),
    )
    return _one(tickets, actor, reference, capability)


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
    """Return the other agents who have a ticket open or write on it, by name. At most one query."""
    if not actor.can(Capability.WORK_QUEUE):
        return []
    doing = presence.seen_on(ticket.pk)
    doing.pop(actor.person.pk, None)
    return [Colleague(user, doing[user.pk]) for user in agents().filter(pk__in=doing)] if doing else []


def thread_for(actor: Actor, ticket: Ticket) -> ActivityQuerySet:
    """The entries of a ticket's thread that the actor may read, oldest first."""
    return ticket.activities.visible_to(actor).for_thread()


def participant_for(actor: Actor, ticket: Ticket, user_id: int) -> User:
    """Somebody in the conversation whom the actor may take out of it."""
    found = next((each.user for each in ticket.participants.all() if each.user_id == user_id), None)
    if found is None:
        raise Http404("Not in this conversation")
    if not may_remove_participant(actor, ticket, user_id):
        raise PermissionDenied
    return found


def last_entry_id(actor: Actor, reference: str) -> int | None:
    """Return the newest entry of a ticket's thread that the actor may read; one query.

    None for a ticket that was merged into another.
    """
    entries = Activity.objects.visible_to(actor).filter(ticket=OuterRef("pk")).order_by("-pk").values("pk")
    visible = Ticket.objects.visible_to(actor).filter(pk=number_of(reference) or 0)
    found = visible.annotate(last=Subquery(entries[:1])).values_list("merged_into", "last").first()
    if found is None:
        raise Http404("No such ticket")
    return None if found[0] else found[1]


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


ORGANIZATIONS_OFFERED = 300


def queue_tickets(actor: Actor) -> TicketQuerySet:
    """All tickets that can stand in the queue, for staff who work it."""
    require(actor, Capability.WORK_QUEUE)
    return Ticket.objects.visible_to(actor)


def tickets_tagged(name: str) -> QuerySet:
    """Ids of tickets with a tag."""
    return Ticket.tags.through.objects.filter(tag__name=name.lower()).values("ticket")


def saved_views(actor: Actor) -> QuerySet[SavedView]:
    """The agent's own views and the shared ones, by name, with their owners."""
    require(actor, Capability.WORK_QUEUE)
    return SavedView.objects.visible_to(actor).select_related("owner")


def saved_view_for(actor: Actor, pk: int) -> SavedView:
    """A view that the agent may change: their own; a shared one also for duty leads. Else 403."""
    found = saved_views(actor).filter(pk=pk).first()
    if found is None:
        raise Http404("No such view")
    if not may_change_view(actor, found):
        raise PermissionDenied
    return found


def tier_names(tickets: Iterable[Ticket]) -> dict[int, str]:
    """The present tiers of the organizations of some tickets, by organization id."""
    return tier_names_of({each.organization_id for each in tickets})


def organizations_to_name(actor: Actor) -> list[str]:
    """Names that are offered while an organization is typed into the filter."""
    require(actor, Capability.WORK_QUEUE)
    names = Organization.objects.order_by("name").values_list("name", flat=True)
    return list(names[:ORGANIZATIONS_OFFERED])


# How many are offered while somebody types.
MOST_OFFERED = 8


def macros_for(actor: Actor, words: str = "") -> QuerySet[Macro]:
    """The macros that the actor may use, everybody's and their own, with their tags; by name."""
    require(actor, Capability.WORK_QUEUE)
    macros = Macro.objects.filter(Q(owner=None) | Q(owner=actor.person)).prefetch_related("tags")
    return macros.filter(Q(name__icontains=words) | Q(body__icontains=words)) if words else macros


def macro_for(actor: Actor, pk: int) -> Macro:
    """One macro that the actor may use; of a colleague's own it is 404."""
    found = macros_for(actor).filter(pk=pk).first()
    if found is None:
        raise Http404("No such macro")
    return found


def macro_chosen(actor: Actor, value: object) -> Macro | None:
    """The macro that a form or an address names by its id, if there still is one."""
    number = str(value or "")
    is_id = number.isascii() and number.isdigit() and len(number) < 18
    return macros_for(actor).filter(pk=int(number)).first() if is_id else None


def colleagues_like(actor: Actor, words: str) -> QuerySet[User]:
    """A few agents whose name or handle begins like what somebody types."""
    require(actor, Capability.WORK_QUEUE)
    return agents().filter(Q(email__istartswith=words) | Q(name__istartswith=words))[:MOST_OFFERED]


def mergeable_for(actor: Actor, ticket: Ticket, words: str) -> TicketQuerySet:
    """Tickets into which this one can go: those of the same requester first."""
    found = _others(actor, ticket, words).of(ticket.organization).exclude(status=Status.CLOSED)
    is_same = Case(When(requester=ticket.requester_id, then=0), default=1)
    return found.order_by(is_same, "-updated_at")[:MOST_OFFERED]


def linkable_for(actor: Actor, ticket: Ticket, words: str) -> TicketQuerySet:
    """Tickets of all organizations to link; without words, the last ones about the same product."""
    found = _others(actor, ticket, words)
    if not words:
        found = found.filter(product=ticket.product_id)
    return found.order_by("-updated_at")[:MOST_OFFERED]


def _others(actor: Actor, ticket: Ticket, words: str) -> TicketQuerySet:
    others = Ticket.objects.visible_to(actor).exclude(pk=ticket.pk).filter(merged_into=None)
    if number := number_of(words):
        others = others.filter(pk=number)
    elif words:
        others = searched(actor, others, words).queryset
    return others.for_list()


def others_of(ticket: Ticket) -> TicketQuerySet:
    """The other open tickets of the ticket's organization, the last changed first."""
    others = Ticket.objects.of(ticket.organization).unfinished().exclude(pk=ticket.pk)
    return others.order_by("-updated_at", "-pk")


def merge_for(ticket: Ticket, pk: int) -> Merge:
    """A merge into this ticket."""
    found = ticket.merged_here.select_related("source", "target").filter(pk=pk).first()
    if found is None:
        raise Http404("No such merge")
    return found


def merges_of(ticket: Ticket) -> list[Merge]:
    """The merges into a ticket that hold, the newest first; one query."""
    return list(ticket.merged_here.filter(undone_at=None).select_related("source").order_by("-pk"))


def links_of(ticket: Ticket) -> TicketQuerySet:
    """Tickets that are linked to this one; one query."""
    first = TicketLink.objects.filter(second=ticket).values("first")
    second = TicketLink.objects.filter(first=ticket).values("second")
    return Ticket.objects.filter(pk__in=first.union(second)).order_by("pk")


def linked_for(ticket: Ticket, reference: str) -> Ticket:
    """A ticket that is linked to this one."""
    found = links_of(ticket).filter(pk=number_of(reference) or 0).first()
    if found is None:
        raise Http404("Not linked")
    return found


def comment_for(ticket: Ticket, pk: int) -> Comment:
    """A public comment of a ticket."""
    comments = ticket.comments.filter(is_internal=False).select_related("author", "ticket__organization")
    found = comments.filter(pk=pk).first()
    if found is None:
        raise Http404("No such comment")
    return found


def tags_like(actor: Actor, words: str) -> QuerySet[Tag]:
    """A few tags that begin like what somebody types, the most used first."""
    require(actor, Capability.WORK_QUEUE)
    found = Tag.objects.filter(name__startswith=words.lower()).annotate(uses=Count("tickets"))
    return found.order_by("-uses", "name")[:MOST_OFFERED]


def tag_line(ticket: Ticket) -> str:
    """The tags of a ticket as they are typed."""
    return " ".join(tag.name for tag in ticket.tags.all())


def teams() -> QuerySet[Team]:
    """All teams by name."""
    return Team.objects.all()


def agents_and_availability() -> QuerySet[User]:
    """Who tickets can be assigned to, with when they are there; one query."""
    return agents().select_related("availability")
