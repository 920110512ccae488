"""Changes to working hours and days out of office."""

from datetime import date

from django.db import transaction

from orgs.actions.record import record_settings, require_manager
from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability
from orgs.week import StoredWeek, format_week
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.models.teams import Availability


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
    """Set an agent's working hours and days out of office, as the agent or a duty lead.

    Raises ``RuleViolation`` for anyone else, and if the user is not an agent.
    """
    if actor.user != user or not actor.can(Capability.WORK_QUEUE):
        require_manager(actor)
    if not User.objects.agents().filter(pk=user.pk).exists():
        raise RuleViolation("not_an_agent", f"{user} is not an agent.")
    found, _ = Availability.objects.select_for_update().get_or_create(user=user)
    before = _values(found)
    found.week, found.away_from, found.away_until = week, away_from, away_until
    found.away_note = away_note if away_from else ""
    found.save()
    after = _values(found)
    if before != after:
        record_settings(
            events.AVAILABILITY_CHANGED,
            f"Changed the availability of {user}",
            actor=actor,
            before=before,
            after=after,
            user=user.pk,
        )
    return found


def _values(found: Availability) -> dict[str, str]:
    away = f"{found.away_from} to {found.away_until}" if found.away_from else ""
    note = f" ({found.away_note})" if found.away_note else ""
    return {
        "working_hours": format_week(found.week) if found.week else "any time",
        "out_of_office": away + note,
    }
