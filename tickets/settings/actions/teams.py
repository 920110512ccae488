"""Changes to teams."""

from collections.abc import Sequence

from django.db import transaction

from orgs.actions.record import record_settings, require_manager
from orgs.actor import Actor
from orgs.models import User
from supportcenter.errors import enforced_by_database
from tickets import events
from tickets.models.teams import AssignmentRule, Team, TeamMember


@transaction.atomic
def save_team(
    *,
    actor: Actor,
    team: Team | None,
    name: str,
    description: str,
    assignment_rule: str,
    members: Sequence[User],
) -> Team:
    """Create or change a team. Members who stay keep their turn.

    Raises ``RuleViolation`` if the name is taken.
    """
    require_manager(actor)
    before = _values(team) if team else {}
    team = team or Team()
    team.name, team.description, team.assignment_rule = name, description, assignment_rule
    with enforced_by_database("name_taken", "A team with this name already exists.", field="name"):
        team.save()
    team.members.exclude(user__in=members).delete()
    TeamMember.objects.bulk_create(
        [TeamMember(team=team, user=user) for user in members], ignore_conflicts=True
    )
    how, after = "Changed" if before else "Created", _values(team)
    if before != after:
        event = events.TEAM_CHANGED if before else events.TEAM_CREATED
        record_settings(
            event, f"{how} the team {name}", actor=actor, before=before, after=after, team=team.pk
        )
    return team


@transaction.atomic
def delete_team(*, actor: Actor, team: Team) -> None:
    """Delete a team; its tickets keep their assignees. Do nothing if it is already deleted."""
    require_manager(actor)
    before = _values(team)
    if Team.objects.filter(pk=team.pk).delete()[0]:
        record_settings(events.TEAM_DELETED, f"Deleted the team {team}", actor=actor, before=before)


def _values(team: Team) -> dict[str, object]:
    names = team.members.order_by("user__name").values_list("user__name", flat=True)
    return {
        "name": team.name,
        "description": team.description,
        "assignment_rule": AssignmentRule(team.assignment_rule).label,
        "members": list(names),
    }
