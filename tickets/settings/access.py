"""Access to teams, availability, products, reasons and tags in the settings."""

from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet

from orgs.access import require
from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from orgs.week import format_week
from supportcenter.http import found_or_404
from tickets.access import agents_and_availability
from tickets.models.catalog import Choice, Product, Reason
from tickets.models.tags import Tag
from tickets.models.teams import Availability, Team
from tickets.states import UNFINISHED

Row = TypeVar("Row", bound=Model)
_OPEN = Count("tickets", filter=Q(tickets__status__in=UNFINISHED))


def may_manage(actor: Actor, *, to_change: bool = False) -> bool:
    """Return whether the actor may change the settings; agents may only read them.

    Raises ``PermissionDenied`` for anyone else, and with ``to_change`` for agents.
    """
    require(actor, Capability.MANAGE_SETTINGS if to_change else Capability.WORK_QUEUE)
    return actor.can(Capability.MANAGE_SETTINGS)


def teams_for(actor: Actor) -> QuerySet[Team]:
    """Return all teams with their members and number of ``unfinished`` tickets; two queries."""
    require(actor, Capability.WORK_QUEUE)
    return Team.objects.annotate(unfinished=_OPEN).prefetch_related("members__user")


def team_for(actor: Actor, pk: int) -> Team:
    """Return one team, for duty leads."""
    require(actor, Capability.MANAGE_SETTINGS)
    return found_or_404(Team.objects.filter(pk=pk).first(), "No such team")


@dataclass(frozen=True)
class StaffMember:
    """An agent as a row of the staff list."""

    user: User
    hours: str
    teams: list[str]
    may_change: bool


def staff_for(actor: Actor) -> list[StaffMember]:
    """Return all agents by name, with their working hours and teams; two queries."""
    can_manage = may_manage(actor)
    people = agents_and_availability().prefetch_related("teams__team")
    return [
        StaffMember(
            user,
            format_week(week) if (week := getattr(getattr(user, "availability", None), "week", None)) else "",
            sorted(each.team.name for each in user.teams.all()),
            can_manage or user.pk == actor.user_id,
        )
        for user in people
    ]


def availability_for(actor: Actor, user_id: int) -> tuple[User, Availability]:
    """Return an agent and their availability for editing: one's own, or any for duty leads."""
    require(actor, Capability.WORK_QUEUE)
    user = found_or_404(agents_and_availability().filter(pk=user_id).first(), "No such agent")
    if user != actor.user and not actor.can(Capability.MANAGE_SETTINGS):
        raise PermissionDenied
    return user, getattr(user, "availability", None) or Availability(user=user)


LISTS: dict[str, type[Choice]] = {"products": Product, "reasons": Reason}


def choices_for(actor: Actor, name: str) -> QuerySet[Choice]:
    """Return all products or reasons in order, retired ones included; ``uses`` counts tickets."""
    require(actor, Capability.WORK_QUEUE)
    rows = LISTS[name]._default_manager  # noqa: SLF001 - Django's documented name
    return rows.annotate(uses=Count("tickets")).order_by("position", "name")


def choice_for(actor: Actor, name: str, pk: int) -> Choice:
    """Return one product or reason, for duty leads."""
    require(actor, Capability.MANAGE_SETTINGS)
    return found_or_404(choices_for(actor, name).filter(pk=pk).first(), "No such entry")


def tags_for(actor: Actor, words: str = "") -> QuerySet[Tag]:
    """Return all tags by name; ``uses`` counts the tickets that have each."""
    require(actor, Capability.WORK_QUEUE)
    return Tag.objects.filter(name__contains=words.lower()).annotate(uses=Count("tickets"))


def tag_for(actor: Actor, pk: int) -> Tag:
    """Return one tag, for duty leads."""
    require(actor, Capability.MANAGE_SETTINGS)
    return found_or_404(tags_for(actor).filter(pk=pk).first(), "No such tag")
