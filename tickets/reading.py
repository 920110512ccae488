"""What a ticket's page reads: its thread with the files, everyone that it names, and who else is there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, Model, OuterRef, Q

from orgs.access import agents, people_with
from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from tickets import presence
from tickets.access import thread_for
from tickets.models.conversation import Activity, ActivityKind, Attachment
from tickets.models.related import load_all
from tickets.models.ticket import Ticket

# How many entries a long thread shows at its beginning and at its end.
SHOWN = 30
# With these, entries come from another ticket or leave for one, so there is more to show than newer entries.
MOVES = {
    ActivityKind.MERGED,
    ActivityKind.MERGE_UNDONE,
    ActivityKind.MERGE_SPLIT_OFF,
    ActivityKind.SPLIT,
    ActivityKind.SPLIT_FROM,
}


@dataclass(frozen=True)
class Thread:
    """Entries of a ticket's thread, all or a part, and the number of those left out in the middle."""

    entries: list[Activity]
    hidden: int = 0


def thread_of(actor: Actor, ticket: Ticket, *, whole: bool = False) -> Thread:
    """Return the thread of a ticket from ``ticket_for``, without the middle of a long one; one query."""
    thread = thread_for(actor, ticket).without_people()
    length = ticket.thread_length or 0  # type: ignore[attr-defined]
    if whole or length <= 2 * SHOWN:
        return Thread(list(thread))
    bare = thread_for(actor, ticket).values("pk")
    ends = Q(pk__in=bare[:SHOWN]) | Q(pk__in=bare.reverse()[:SHOWN])
    entries = list(thread.filter(ends))
    return Thread(entries, max(length - len(entries), 0))


def middle_of(actor: Actor, ticket: Ticket) -> list[Activity]:
    """Return the entries that ``thread_of`` leaves out; one query."""
    thread = thread_for(actor, ticket).without_people()
    return list(thread[SHOWN : max(ticket.thread_length - SHOWN, SHOWN)])  # type: ignore[attr-defined]


def newer_than(actor: Actor, ticket: Ticket, entry_id: int) -> list[Activity] | None:
    """Return the entries after the newest that a page has; None if that page must reload the whole thread."""
    found = list(thread_for(actor, ticket).without_people().filter(pk__gt=entry_id))
    return None if any(each.kind in MOVES for each in found) else found


def files_of(actor: Actor, ticket: Ticket) -> Mapping[int, list[Attachment]]:
    """Return the files on a ticket that the actor may open, by comment and in the order of the thread."""
    files = Attachment.objects.filter(comment__ticket=ticket)
    files = files.order_by("comment__created_at", "uploaded_at", "id")
    if not actor.can(Capability.WORK_QUEUE):
        files = files.filter(comment__is_internal=False)
    found: dict[int, list[Attachment]] = defaultdict(list)
    for each in files:
        found[each.comment_id or 0].append(each)
    return found


@dataclass(frozen=True)
class People:
    """By name: the admins who see the ticket, and for agents the agents with their availability."""

    admins: list[User]
    agents: list[User]


def load_people(actor: Actor, ticket: Ticket, entries: Sequence[Activity]) -> People:
    """Load everyone whom the page of a ticket names, and return those it lists."""
    for_agent = actor.can(Capability.WORK_QUEUE)
    places = [*_on(ticket, for_agent=for_agent), *_in(entries)]
    named = {getattr(row, f"{name}_id") for row, name in places}
    admins = people_with(ticket.organization, Capability.SEE_ALL_TICKETS).filter(pk=OuterRef("pk"))
    people = User.objects.annotate(is_admin=Exists(admins.order_by())).order_by("name")
    if for_agent:
        staff = agents().filter(pk=OuterRef("pk"))
        people = people.select_related("availability").annotate(is_agent=Exists(staff.order_by()))
        found = list(people.filter(Q(pk__in=named - {None}) | Q(is_admin=True) | Q(is_agent=True)))
    else:
        found = list(people.filter(Q(pk__in=named - {None}) | Q(is_admin=True)))
    load_all(places, among=found)
    return People(
        [each for each in found if each.is_admin],
        [each for each in found if getattr(each, "is_agent", False)],
    )


def _on(ticket: Ticket, *, for_agent: bool) -> list[tuple[Model, str]]:
    """Return the people of the ticket itself and of what belongs to it."""
    places: list[tuple[Model, str]] = [(ticket, "requester"), (ticket, "assignee")]
    places += [(each, "user") for each in ticket.participants.all()]
    places += [(each, "promised_by") for each in ticket.clocks.all()]
    for call in ticket.escalations.all():
        places += [(call, "raised_by"), (call, "acknowledged_by")]
    if for_agent:
        places.append((ticket.organization, "account_manager"))
        if hasattr(ticket, "handover"):
            places.append((ticket.handover, "written_by"))
    return places


def _in(entries: Sequence[Activity]) -> list[tuple[Model, str]]:
    places: list[tuple[Model, str]] = [(each, "actor") for each in entries]
    return places + [(each.comment, "author") for each in entries if each.comment]


@dataclass(frozen=True)
class Colleague:
    """Another agent who has a ticket open; ``doing`` as in ``tickets.presence``."""

    user: User
    doing: str


def colleagues_on(actor: Actor, ticket: Ticket) -> list[Colleague]:
    """Return the other agents who have a ticket open or write on it, by name. At most one query."""
    if not actor.can(Capability.WORK_QUEUE):
        return []
    doing = _others_on(actor, ticket.pk)
    return [Colleague(user, doing[user.pk]) for user in agents().filter(pk__in=doing)] if doing else []


def presence_state(actor: Actor, ticket_id: int) -> str:
    """Return a text that changes with the other agents on a ticket and with what they do; no query."""
    doing = _others_on(actor, ticket_id) if actor.can(Capability.WORK_QUEUE) else {}
    return "".join(f"{user_id}{what[0]}" for user_id, what in sorted(doing.items())) or "-"


def _others_on(actor: Actor, ticket_id: int) -> dict[int, str]:
    doing = presence.seen_on(ticket_id)
    doing.pop(actor.person.pk, None)
    return doing
