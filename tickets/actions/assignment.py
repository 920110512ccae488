"""Assigning tickets to agents and teams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from orgs.actor import SYSTEM, Actor
from orgs.models import User
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets.actions.record import lock, record, require_agent
from tickets.models.conversation import ActivityKind
from tickets.models.teams import AssignmentRule, Team, absence_of
from tickets.models.ticket import Ticket

NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """A team member who is at work, with their open tickets and when the team last assigned them one."""

    user_id: int
    load: int = 0
    last_assigned_at: datetime | None = None


def choose(assignment_rule: str, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return who gets the next ticket, or None if the team assigns manually or no one is at work.

    Round robin picks who waited longest; least loaded picks who has fewest open tickets, then who waited
    longest.
    """
    if assignment_rule == AssignmentRule.MANUAL or not candidates:
        return None
    by_load = assignment_rule == AssignmentRule.LEAST_LOADED

    def rank(each: Candidate) -> tuple[int, datetime, int]:
        return each.load if by_load else 0, each.last_assigned_at or NEVER, each.user_id

    return min(candidates, key=rank)


@transaction.atomic
def assign_to_team(*, actor: Actor, ticket: Ticket, team: Team) -> Ticket:
    """Assign a ticket to a team, and by the team's rule to one of its members who is at work.

    If the team assigns manually or no one is at work, no agent is assigned. The team's row is locked so that
    two tickets at once don't go to the same person out of turn.
    """
    require_agent(actor)
    ticket = lock(ticket)
    team = Team.objects.select_for_update().get(pk=team.pk)
    chosen = choose(team.assignment_rule, _candidates(team))
    member = team.members.select_related("user").get(user=chosen.user_id) if chosen else None
    if member:
        member.last_assigned_at = timezone.now()
        member.save(update_fields=["last_assigned_at"])
    return set_assignee(actor, ticket, assignee=member.user if member else None, team=team, by_team=True)


def _candidates(team: Team) -> list[Candidate]:
    now = timezone.now()
    members = team.members.filter(user__in=User.objects.agents()).select_related("user__availability")
    here = [each for each in members if not absence_of(each.user, now)]
    counted = Ticket.objects.unfinished().filter(assignee__in=[each.user_id for each in here])
    loads = dict(counted.order_by().values_list("assignee").annotate(Count("pk")))
    return [Candidate(each.user_id, loads.get(each.user_id, 0), each.last_assigned_at) for each in here]


@transaction.atomic
def assign(*, actor: Actor, ticket: Ticket, assignee: User | None) -> Ticket:
    """Assign a ticket to an agent, or unassign it from agent and team. The history entry is internal."""
    require_agent(actor)
    ticket = lock(ticket)
    if assignee and not Actor(user=assignee, source=actor.source).can(Capability.WORK_QUEUE):
        raise RuleViolation("not_an_agent", f"{assignee} is not an agent.", field="assignee")
    return set_assignee(actor, ticket, assignee=assignee, team=ticket.team if assignee else None)


def return_to_team(ticket: Ticket, *, actor: Actor = SYSTEM) -> bool:
    """Return a locked ticket to its team or to Unassigned if its assignee is no longer an agent.

    Return whether that was so.
    """
    if ticket.assignee is None or Actor(user=ticket.assignee, source=actor.source).can(Capability.WORK_QUEUE):
        return False
    set_assignee(actor, ticket, assignee=None, team=ticket.team, has_left=True)
    return True


def set_assignee(
    actor: Actor,
    ticket: Ticket,
    *,
    assignee: User | None,
    team: Team | None,
    by_team: bool = False,
    has_left: bool = False,
) -> Ticket:
    """Set agent and team of a locked ticket; ``by_team`` if the team's rule chose the agent, ``has_left`` if
    the one before is no longer an agent.
    """
    before, before_team = ticket.assignee, ticket.team
    if before == assignee and before_team == team:
        return ticket
    ticket.assignee, ticket.team = assignee, team
    ticket.save(update_fields=["assignee", "team"])
    teams = {"team": team.name if team else ""} if team or before_team else {}
    record(
        ticket,
        ActivityKind.ASSIGNED,
        actor=actor,
        before={"assignee": before.name if before else "", "assignee_id": before.pk if before else None}
        | ({"team": before_team.name if before_team else ""} if teams else {}),
        after={
            "assignee": assignee.name if assignee else "",
            "assignee_id": assignee.pk if assignee else None,
            "by_self": assignee is not None and assignee == actor.user,
        }
        | teams
        | ({"by_team": True} if by_team else {})
        | ({"has_left": True} if has_left else {}),
    )
    return ticket
