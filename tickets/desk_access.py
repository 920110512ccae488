"""The only door to what only agents have: macros, tags, colleagues. Anybody else gets 403."""

from django.db.models import Case, Count, Q, QuerySet, When
from django.http import Http404

from orgs.access import agents, require
from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from tickets.access import number_of
from tickets.models.conversation import Comment
from tickets.models.linking import Merge, TicketLink
from tickets.models.macros import Macro
from tickets.models.tags import Tag
from tickets.models.ticket import Ticket
from tickets.querysets import TicketQuerySet
from tickets.search.finding import searched
from tickets.states import Status

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
