"""Who of the staff works together, and when each of them is there."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from orgs.models import User
from orgs.week import is_open


class HandsOut(models.TextChoices):
    BY_HAND = "by_hand", "By hand: whoever takes it"
    ROUND_ROBIN = "round_robin", "Round robin: in turn"
    LEAST_LOADED = "least_loaded", "Least loaded: who has the fewest unfinished tickets"


class Team(models.Model):
    """Agents to whom a ticket can be given together, and how it then comes to one of them."""

    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=200, blank=True)
    hands_out = models.CharField(max_length=15, choices=HandsOut, default=HandsOut.BY_HAND)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def hands_out_word(self) -> str:
        return self.get_hands_out_display().partition(":")[0]


class TeamMember(models.Model):
    """An agent in a team. ``handed_at`` is when the team last gave them a ticket, for whose turn it is."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="teams")
    handed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Availability(models.Model):
    """When an agent works, by the clock of their time zone, and when they are out of office.

    Without ``week`` any time counts as at work. Days out of office include the first and the last one.
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
            )
        ]

    def __str__(self) -> str:
        return f"Availability of {self.user}"

    def absence_at(self, at: datetime) -> str:
        """Why the person cannot take a ticket now, in words; empty when they can."""
        local = at.astimezone(ZoneInfo(self.user.time_zone))
        if self.away_from and self.away_until and self.away_from <= local.date() <= self.away_until:
            note = f": {self.away_note}" if self.away_note else ""
            return f"out of office until {self.away_until:%-d %b}{note}"
        return "not at work now" if self.week and not is_open(self.week, local) else ""


def absence_of(user: User, at: datetime) -> str:
    """The same of a person, who may never have said when they work."""
    found: Availability | None = getattr(user, "availability", None)
    return found.absence_at(at) if found else ""
