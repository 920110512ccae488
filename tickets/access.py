"""The only way to get tickets and what belongs to them for a person. What they can't see is 404."""

import uuid
from collections.abc import Iterable

from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import PermissionDenied
from django.db.models import (
    Case,
    Count,
    Exists,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
    prefetch_related_objects,
)
from django.http import Http404

from billing.entitlements import tier_names_of
from orgs.access import agents, require
from orgs.actor import Actor
from orgs.models import Organization, User, Visibility
from orgs.roles import Capability
from supportcenter.http import found_or_404
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import Activity, ActivityQuerySet, Attachment, Comment
from tickets.models.drafts import DraftKind, ServerDraft
from tickets.models.following import Follow, FollowScope, Mute
from tickets.models.linking import Merge, TicketLink
from tickets.models.macros import Macro
from tickets.models.queue import SavedView
from tickets.models.related import set_empty
from tickets.models.tags import Tag
from tickets.models.teams import Team
from tickets.models.ticket import Ticket, TicketQuerySet, assigned_people, number_of
from tickets.paging import ordered
from tickets.permissions import (
    may_change_view,
    may_remove_participant,
)
from tickets.search.finding import searched
from tickets.search.references import number_typed
from tickets.states import Status

# How many tickets are suggested for a search and as recently seen.
FEW = 5


def ticket_named(actor: Actor, words: str, organization: Organization | None = None) -> Ticket | None:
    """Return the visible ticket, of one organization or of all, whose number was typed or pasted."""
    number = number_typed(words)
    if number is None:
        return None
    tickets = Ticket.objects.visible_to(actor)
    return (tickets.of(organization) if organization else tickets).filter(pk=number).first()


def tickets_like(actor: Actor, text: str) -> list[Ticket]:
    """Return the few visible tickets that match a search best."""
    found = searched(actor, Ticket.objects.visible_to(actor), text, ranked=True)
    order = ordered(found.queryset, found.sort) if found.sort else found.queryset.order_by("-pk")
    return list(order[:FEW])


def recent_tickets(actor: Actor) -> list[Ticket]:
    """Return the few tickets that the person viewed last and can still see."""
    seen = Ticket.objects.visible_to(actor).filter(visits__user=actor.user_id)
    return list(seen.order_by("-visits__seen_at")[:FEW])


def follow_up_for(actor: Actor, organization: Organization, reference: str) -> Ticket | None:
    """Return the closed ticket of this organization that a new one follows up, if the actor can see it."""
    visible = Ticket.objects.visible_to(actor).of(organization)
    return visible.filter(pk=number_of(reference) or 0, status=Status.CLOSED).first()


def similar_tickets(
    actor: Actor, organization: Organization, *, subject: str, product: str, services: list[int]
) -> list[Ticket]:
    """Return up to three visible open tickets of others, on the same service or with a similar subject.

    ``product`` is a code or a name. One query.
    """
    others = Ticket.objects.visible_to(actor).of(organization).unfinished().exclude(requester=actor.user_id)
    alike = others.annotate(likeness=TrigramWordSimilarity(subject, "subject"))
    same_product = Q(product__code=product) | Q(product__name__iexact=product)
    found = alike.filter(Q(services__in=services) | (same_product & Q(likeness__gt=0.4)))
    return list(found.select_related("requester", "product").order_by("-likeness", "-pk").distinct()[:3])


def submitted_before(actor: Actor, submission_key: str) -> Ticket | None:
    """Return the ticket that the actor already opened with this form, if any."""
    try:
        key = uuid.UUID(submission_key)
    except ValueError:
        return None
    return Ticket.objects.filter(submission_key=key, requester=actor.user_id).first()


def ticket_for(actor: Actor, reference: str, *, capability: Capability | None = None) -> Ticket:
    """Return the ticket with a reference like ``SUP-1042``, with what its page shows.

    For a merged ticket, return the one it was merged into.
    """
    for_agent = actor.can(Capability.WORK_QUEUE)
    entries = Activity.objects.visible_to(actor).filter(ticket=OuterRef("pk")).order_by()
    tickets = Ticket.objects.for_page(for_agent=for_agent).annotate(
        thread_length=Subquery(entries.values("ticket").annotate(count=Count("pk")).values("count")),
        last_entry=Subquery(entries.order_by("-pk").values("pk")[:1]),
        is_muted=_exists(Mute, user=actor.user_id),
        is_followed=_exists(Follow, user=actor.user_id),
        has_draft=_exists(ServerDraft, user=actor.user_id),
    )
    if for_agent:
        links = TicketLink.objects.filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
        merges = Merge.objects.filter(target=OuterRef("pk"), undone_at=None)
        tickets = tickets.annotate(has_links=Exists(links), has_merges=Exists(merges))
    ticket = _one(tickets, actor, reference, capability)
    if ticket.has_escalations:  # type: ignore[attr-defined]
        prefetch_related_objects([ticket], "escalations")
    else:
        set_empty(ticket, "escalations")
    return ticket


def _exists(model: type[Model], **fields: object) -> Exists:
    return Exists(model._default_manager.filter(ticket=OuterRef("pk"), **fields))  # noqa: SLF001 - Django's documented name


def bare_ticket_for(actor: Actor, reference: str, *, capability: Capability | None = None) -> Ticket:
    """Return the ticket without what its page shows; one query."""
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
    """Return the person's draft on a ticket, if any. Drafts of notes are for agents only."""
    if not getattr(ticket, "has_draft", True):
        return None
    found = ServerDraft.objects.filter(user=actor.person, ticket=ticket).first()
    is_note = found is not None and found.kind == DraftKind.NOTE
    return None if is_note and not actor.can(Capability.WORK_QUEUE) else found


def thread_for(actor: Actor, ticket: Ticket) -> ActivityQuerySet:
    """Return the thread entries that the actor may read, oldest first."""
    return ticket.activities.visible_to(actor).for_thread()


def participant_for(actor: Actor, ticket: Ticket, user_id: int) -> User:
    """Return a participant whom the actor may remove."""
    found = found_or_404(
        next((each.user for each in ticket.participants.all() if each.user_id == user_id), None),
        "Not in this conversation",
    )
    if not may_remove_participant(actor, ticket, user_id):
        raise PermissionDenied
    return found


def last_entry_id(actor: Actor, reference: str) -> int | None:
    """Return the newest entry of a ticket's thread that the actor may read; one query.

    None for a ticket that was merged into another.
    """
    entries = Activity.objects.visible_to(actor).filter(ticket=OuterRef("pk")).order_by("-pk").values("pk")
    visible = Ticket.objects.visible_to(actor).filter(pk=number_of(reference) or 0)
    found = found_or_404(
        visible.annotate(last=Subquery(entries[:1])).values_list("merged_into", "last").first(),
        "No such ticket",
    )
    return None if found[0] else found[1]


def attachment_for(actor: Actor, key: uuid.UUID) -> Attachment:
    """Return a file that the actor may open."""
    return found_or_404(Attachment.objects.visible_to(actor).filter(pk=key).first(), "No such file")


def unsent_files(actor: Actor) -> QuerySet[Attachment]:
    """Return the actor's uploads that were not sent with a comment yet."""
    return Attachment.objects.unsent_by(actor.person)


def products(besides: Ticket | None = None) -> QuerySet[Product]:
    """Return the products that a new ticket can have, or an existing one including its present product."""
    present = Q(pk=besides.product_id) if besides else Q()
    return Product.objects.filter(Q(is_retired=False) | present)


def reasons(besides: Ticket | None = None) -> QuerySet[Reason]:
    """Return the reasons that a new ticket can have, or an existing one including its present reason."""
    present = Q(pk=besides.reason_id) if besides else Q()
    return Reason.objects.filter(Q(is_retired=False) | present)


def sees_organization_tab(actor: Actor, organization: Organization) -> bool:
    """Return whether the actor has the tab *Tickets in my organization*."""
    return actor.can(Capability.SEE_ALL_TICKETS, organization) or organization.visibility == Visibility.ALL


def lists_for(actor: Actor, organization: Organization) -> dict[str, TicketQuerySet]:
    """Return the tickets under each tab of *My tickets* in an organization; the last tab holds all."""
    tickets = Ticket.objects.visible_to(actor).of(organization)
    lists = {"mine": tickets.requested_by(actor.user_id), "cc": tickets.with_participant(actor.user_id)}
    return lists | {"organization" if sees_organization_tab(actor, organization) else "all": tickets}


def follows_of(actor: Actor, organization: Organization | None = None) -> QuerySet[Follow]:
    """Return what the person follows, in one organization or everywhere."""
    follows = Follow.objects.filter(user=actor.person)
    return (follows.filter(organization=organization) if organization else follows).for_list()


def follow_for(actor: Actor, pk: int) -> Follow:
    """Return one of the person's own follows."""
    return found_or_404(follows_of(actor).filter(pk=pk).first(), "No such follow")


def follows_all(actor: Actor, organization: Organization) -> bool | None:
    """Return whether the person follows all tickets of an organization; None if they may not."""
    if not actor.can(Capability.FOLLOW_ALL_TICKETS, organization):
        return None
    return follows_of(actor, organization).filter(scope=FollowScope.ORGANIZATION).exists()


def muted_by(actor: Actor) -> QuerySet[Mute]:
    """Return the mutes of tickets that the person can still see and that aren't merged, newest first."""
    visible = Ticket.objects.visible_to(actor)
    mutes = Mute.objects.filter(user=actor.person, ticket__in=visible.filter(merged_into=None))
    return mutes.select_related("ticket").order_by("-pk")


def queue_tickets(actor: Actor) -> TicketQuerySet:
    """Return all tickets, for agents."""
    require(actor, Capability.WORK_QUEUE)
    return Ticket.objects.visible_to(actor)


def assignees() -> QuerySet[User]:
    """Return agents, and former agents who still have tickets, with ``is_former``."""
    return assigned_people()


def saved_views(actor: Actor) -> QuerySet[SavedView]:
    """Return the agent's own views and the shared ones, by name, with their owners."""
    require(actor, Capability.WORK_QUEUE)
    return SavedView.objects.visible_to(actor).select_related("owner")


def saved_view_for(actor: Actor, pk: int) -> SavedView:
    """Return a view that the agent may change: their own, or a shared one as a duty lead. Otherwise 403."""
    found = found_or_404(saved_views(actor).filter(pk=pk).first(), "No such view")
    if not may_change_view(actor, found):
        raise PermissionDenied
    return found


def tier_names(tickets: Iterable[Ticket]) -> dict[int, str]:
    """Return the present tier names of the tickets' organizations, by organization id."""
    return tier_names_of({each.organization_id for each in tickets})


def organizations_matching(actor: Actor, words: str) -> QuerySet[Organization]:
    """Return a few organizations whose name contains what was typed, for agents."""
    require(actor, Capability.WORK_QUEUE)
    return Organization.objects.filter(name__icontains=words).order_by("name")[:MOST_OFFERED]


# How many suggestions are shown while someone types.
MOST_OFFERED = 8


def macros_for(actor: Actor, words: str = "") -> QuerySet[Macro]:
    """Return the shared macros and the actor's own, by name, with their tags."""
    require(actor, Capability.WORK_QUEUE)
    macros = Macro.objects.filter(Q(owner=None) | Q(owner=actor.person)).prefetch_related("tags")
    return macros.filter(Q(name__icontains=words) | Q(body__icontains=words)) if words else macros


def macro_for(actor: Actor, pk: int) -> Macro:
    """Return one macro that the actor may use; a colleague's personal one is 404."""
    return found_or_404(macros_for(actor).filter(pk=pk).first(), "No such macro")


def macro_chosen(actor: Actor, value: object) -> Macro | None:
    """Return the macro with an id from a form or URL, if it still exists."""
    number = str(value or "")
    is_id = number.isascii() and number.isdigit() and len(number) < 18
    return macros_for(actor).filter(pk=int(number)).first() if is_id else None


def agents_matching(actor: Actor, words: str) -> QuerySet[User]:
    """Return a few agents whose name or handle starts with what was typed, with ``is_shared``."""
    require(actor, Capability.WORK_QUEUE)
    found = agents().filter(Q(email__istartswith=words) | Q(name__istartswith=words))
    return found.with_shared_handles()[:MOST_OFFERED]  # type: ignore[attr-defined]


def mergeable_for(actor: Actor, ticket: Ticket, words: str) -> TicketQuerySet:
    """Return tickets that this one can be merged into, those of the same requester first."""
    found = _others(actor, ticket, words).of(ticket.organization).exclude(status=Status.CLOSED)
    is_same = Case(When(requester=ticket.requester_id, then=0), default=1)
    return found.order_by(is_same, "-updated_at")[:MOST_OFFERED]


def linkable_for(actor: Actor, ticket: Ticket, words: str) -> TicketQuerySet:
    """Return tickets of all organizations to link; without words, recent ones about the same product."""
    found = _others(actor, ticket, words)
    if not words:
        found = found.filter(product=ticket.product_id)
    return found.order_by("-updated_at")[:MOST_OFFERED]


def _others(actor: Actor, ticket: Ticket, words: str) -> TicketQuerySet:
    others = Ticket.objects.visible_to(actor).exclude(pk=ticket.pk).filter(merged_into=None)
    if number := number_typed(words):
        others = others.filter(
            Q(pk=number) | Q(pk__in=Ticket.objects.filter(pk=number).values("merged_into"))
        )
    elif words:
        others = searched(actor, others, words).queryset
    return others.for_list().load("organization")


def others_of(ticket: Ticket) -> TicketQuerySet:
    """Return the other open tickets of the ticket's organization, recently updated first."""
    others = Ticket.objects.of(ticket.organization).unfinished().exclude(pk=ticket.pk)
    return others.order_by("-updated_at", "-pk")


def merge_for(ticket: Ticket, pk: int) -> Merge:
    """Return a merge into this ticket."""
    return found_or_404(
        ticket.merged_here.select_related("source", "target").filter(pk=pk).first(), "No such merge"
    )


def merges_of(ticket: Ticket) -> list[Merge]:
    """Return the merges into a ticket that were not undone, newest first; at most one query."""
    if not getattr(ticket, "has_merges", True):
        return []
    return list(ticket.merged_here.filter(undone_at=None).select_related("source").order_by("-pk"))


def links_of(ticket: Ticket) -> TicketQuerySet:
    """Return the tickets linked to this one; at most one query."""
    if not getattr(ticket, "has_links", True):
        return Ticket.objects.none()
    first = TicketLink.objects.filter(second=ticket).values("first")
    second = TicketLink.objects.filter(first=ticket).values("second")
    return Ticket.objects.filter(pk__in=first.union(second)).order_by("pk")


def linked_for(ticket: Ticket, reference: str) -> Ticket:
    """Return a ticket that is linked to this one."""
    return found_or_404(links_of(ticket).filter(pk=number_of(reference) or 0).first(), "Not linked")


def comment_for(ticket: Ticket, pk: int) -> Comment:
    """Return a public comment of a ticket."""
    comments = ticket.comments.filter(is_internal=False).select_related("author", "ticket__organization")
    return found_or_404(comments.filter(pk=pk).first(), "No such comment")


def tags_starting_with(actor: Actor, words: str) -> QuerySet[Tag]:
    """Return a few tags that start with what was typed, most used first."""
    require(actor, Capability.WORK_QUEUE)
    found = Tag.objects.filter(name__startswith=words.lower()).annotate(uses=Count("tickets"))
    return found.order_by("-uses", "name")[:MOST_OFFERED]


def tag_line(ticket: Ticket) -> str:
    """Return the tags of a ticket as one would type them."""
    return " ".join(tag.name for tag in ticket.tags.all())


def teams() -> QuerySet[Team]:
    """Return all teams by name."""
    return Team.objects.all()


def agents_and_availability() -> QuerySet[User]:
    """Return the agents with their availability; one query."""
    return agents().select_related("availability")
