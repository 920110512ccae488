"""The only door to what only agents have: macros, tags, colleagues. Anybody else gets 403."""

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from orgs.access import agents, require
from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from tickets.models import Macro, Tag, Ticket

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


def tags_like(actor: Actor, words: str) -> QuerySet[Tag]:
    """A few tags that begin like what somebody types, the most used first."""
    require(actor, Capability.WORK_QUEUE)
    found = Tag.objects.filter(name__startswith=words.lower()).annotate(uses=Count("tickets"))
    return found.order_by("-uses", "name")[:MOST_OFFERED]


def tag_line(ticket: Ticket) -> str:
    """The tags of a ticket as they are typed."""
    return " ".join(tag.name for tag in ticket.tags.all())
