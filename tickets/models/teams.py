"""Teams of agents, and when each agent is available."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from orgs.models import User
from orgs.week import is_open
from supportcenter.bounds import FIRST_DAY, LAST_DAY


class AssignmentRule(models.TextChoices):
    MANUAL = "manual", "Manual: agents assign tickets themselves"
    ROUND_ROBIN = "round_robin", "Round robin: members take turns"
    LEAST_LOADED = "least_loaded", "Least loaded: the member with the fewest open tickets"


class Team(models.Model):
    """A group of agents to which a ticket can be assigned, and the rule that picks one of them."""

    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=200, blank=True)
    assignment_rule = models.CharField(max_length=15, choices=AssignmentRule, default=AssignmentRule.MANUAL)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def assignment_rule_name(self) -> str:
        return self.get_assignment_rule_display().partition(":")[0]


class TeamMember(models.Model):
    """An agent in a team. Round robin picks the one whose ``last_assigned_at`` is longest ago."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="teams")
    last_assigned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Availability(models.Model):
    """An agent's working hours in their time zone, and their days out of office, both days included.

    An agent without ``week`` is always at work.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="availability")
    week = models.JSONField(null=True, blank=True)
    away_from = models.DateField(null=True, blank=True)
    away_until = models.DateField(null=True, blank=True)
    away_note = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name_plural = "availabilities"
        constraints = [
            models.CheckConstraint(
                condition=Q(away_from=None, away_until=None) | Q(away_until__gte=F("away_from")),
                name="availability_away_in_order",
            ),
            models.CheckConstraint(
                condition=Q(away_from=None) | Q(away_from__gte=FIRST_DAY, away_until__lte=LAST_DAY),
                name="availability_days_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"Availability of {self.user}"

    def absence_at(self, at: datetime) -> str:
        """Return why the agent is not available, in words; empty if they are."""
        local = at.astimezone(ZoneInfo(self.user.time_zone))
        if self.away_from and self.away_until and self.away_from <= local.date() <= self.away_until:
            note = f": {self.away_note}" if self.away_note else ""
            return f"out of office until {self.away_until:%-d %b}{note}"
        return "outside working hours" if self.week and not is_open(self.week, local) else ""


def absence_of(user: User, at: datetime) -> str:
    """Return why a user is not available; empty if they are or never set their hours."""
    found: Availability | None = getattr(user, "availability", None)
    return found.absence_at(at) if found else ""
