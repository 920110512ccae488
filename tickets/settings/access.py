"""The only door to teams, to when people of the staff are there, and to the lists that the desk keeps."""

from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet
from django.http import Http404

from orgs.access import require
from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from orgs.week import say_week
from tickets.access import agents_and_availability
from tickets.models.catalog import Choice, Product, Reason
from tickets.models.tags import Tag
from tickets.models.teams import Availability, Team
from tickets.states import UNFINISHED

Row = TypeVar("Row", bound=Model)
_OPEN = Count("tickets", filter=Q(tickets__status__in=UNFINISHED))


def may_manage(actor: Actor, *, to_change: bool = False) -> bool:
    """Whether somebody changes how the desk is set up; agents only read it, anybody else gets 403."""
    require(actor, Capability.MANAGE_SETTINGS if to_change else Capability.WORK_QUEUE)
    return actor.can(Capability.MANAGE_SETTINGS)


def teams_for(actor: Actor) -> QuerySet[Team]:
    """All teams with their members and ``unfinished`` tickets; two queries."""
    require(actor, Capability.WORK_QUEUE)
    return Team.objects.annotate(unfinished=_OPEN).prefetch_related("members__user")


def team_for(actor: Actor, pk: int) -> Team:
    """One team, for who manages the desk."""
    require(actor, Capability.MANAGE_SETTINGS)
    return _found(Team.objects.filter(pk=pk).first(), "team")


@dataclass(frozen=True)
class StaffMember:
    """An agent with what the list of people says of them."""

    user: User
    hours: str
    teams: list[str]
    may_change: bool


def staff_for(actor: Actor) -> list[StaffMember]:
    """All agents by name, with their working hours and teams; two queries."""
    manages = may_manage(actor)
    people = agents_and_availability().prefetch_related("teams__team")
    return [
        StaffMember(
            user,
            say_week(week) if (week := getattr(getattr(user, "availability", None), "week", None)) else "",
            sorted(each.team.name for each in user.teams.all()),
            manages or user.pk == actor.user_id,
        )
        for user in people
    ]


def availability_for(actor: Actor, user_id: int) -> tuple[User, Availability]:
    """An agent and when they are there, to be changed: one's own, or as who manages the desk."""
    require(actor, Capability.WORK_QUEUE)
    user = _found(agents_and_availability().filter(pk=user_id).first(), "agent")
    if user != actor.user and not actor.can(Capability.MANAGE_SETTINGS):
        raise PermissionDenied
    return user, getattr(user, "availability", None) or Availability(user=user)


LISTS: dict[str, type[Choice]] = {"products": Product, "reasons": Reason}


def choices_for(actor: Actor, name: str) -> QuerySet[Choice]:
    """All products or reasons in their order, also retired ones; ``uses`` is how many tickets name each."""
    require(actor, Capability.WORK_QUEUE)
    rows = LISTS[name]._default_manager  # noqa: SLF001 - Django's documented name
    return rows.annotate(uses=Count("tickets")).order_by("position", "name")


def choice_for(actor: Actor, name: str, pk: int) -> Choice:
    """One product or reason, for who manages the desk."""
    require(actor, Capability.MANAGE_SETTINGS)
    return _found(choices_for(actor, name).filter(pk=pk).first(), "entry")


def tags_for(actor: Actor, words: str = "") -> QuerySet[Tag]:
    """All tags by name, with how many tickets have each as ``uses``."""
    require(actor, Capability.WORK_QUEUE)
    return Tag.objects.filter(name__contains=words.lower()).annotate(uses=Count("tickets"))


def tag_for(actor: Actor, pk: int) -> Tag:
    """One tag, for who manages the desk."""
    require(actor, Capability.MANAGE_SETTINGS)
    return _found(tags_for(actor).filter(pk=pk).first(), "tag")


def _found(row: Row | None, what: str) -> Row:
    if row is None:
        raise Http404(f"No such {what}")
    return row
