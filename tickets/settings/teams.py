"""Teams: kept, and tickets given to them; and when people are there."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from orgs.actions.record import record_settings, require_manager
from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from orgs.week import StoredWeek, say_week
from supportcenter.errors import RuleViolation, enforced_by_database
from tickets import events
from tickets.models.teams import Availability, HandsOut, Team, TeamMember


@transaction.atomic
def save_team(
    *, actor: Actor, team: Team | None, name: str, description: str, hands_out: str, members: Sequence[User]
) -> Team:
    """Make a team or change one; who stays keeps their turn. Raises ``RuleViolation`` for a taken name."""
    require_manager(actor)
    before = _values(team) if team else {}
    team = team or Team()
    team.name, team.description, team.hands_out = name, description, hands_out
    with enforced_by_database("name_taken", "A team with this name already exists.", field="name"):
        team.save()
    team.members.exclude(user__in=members).delete()
    TeamMember.objects.bulk_create(
        [TeamMember(team=team, user=user) for user in members], ignore_conflicts=True
    )
    how, after = "Changed" if before else "Made", _values(team)
    if before != after:
        event = events.TEAM_CHANGED if before else events.TEAM_MADE
        record_settings(
            event, f"{how} the team {name}", actor=actor, before=before, after=after, team=team.pk
        )
    return team


@transaction.atomic
def delete_team(*, actor: Actor, team: Team) -> None:
    """Delete a team. Its tickets stay with whom they are, or with nobody. Deleted already is fine."""
    require_manager(actor)
    before = _values(team)
    if Team.objects.filter(pk=team.pk).delete()[0]:
        record_settings(events.TEAM_DELETED, f"Deleted the team {team}", actor=actor, before=before)


def _values(team: Team) -> dict[str, object]:
    names = team.members.order_by("user__name").values_list("user__name", flat=True)
    return {
        "name": team.name,
        "description": team.description,
        "hands_out": HandsOut(team.hands_out).label,
        "members": list(names),
    }


@transaction.atomic
def set_availability(
    *,
    actor: Actor,
    user: User,
    week: StoredWeek | None,
    away_from: date | None = None,
    away_until: date | None = None,
    away_note: str = "",
) -> Availability:
    """Say when an agent works and when they are out of office: oneself, or whoever manages the desk.

    Raises ``RuleViolation`` for others, and for somebody who is no agent.
    """
    if actor.user != user or not actor.can(Capability.WORK_QUEUE):
        require_manager(actor)
    if not User.objects.agents().filter(pk=user.pk).exists():
        raise RuleViolation("not_an_agent", f"{user} does not work the queue.")
    found, _ = Availability.objects.select_for_update().get_or_create(user=user)
    before = _times(found)
    found.week, found.away_from, found.away_until = week, away_from, away_until
    found.away_note = away_note if away_from else ""
    found.save()
    after = _times(found)
    if before != after:
        record_settings(
            events.AVAILABILITY_CHANGED,
            f"Changed when {user} is there",
            actor=actor,
            before=before,
            after=after,
            user=user.pk,
        )
    return found


def _times(found: Availability) -> dict[str, str]:
    away = f"{found.away_from} to {found.away_until}" if found.away_from else ""
    note = f" ({found.away_note})" if found.away_note else ""
    return {"working_hours": say_week(found.week) if found.week else "any time", "out_of_office": away + note}
