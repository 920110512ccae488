"""SLA clocks: one row for each time that support owed a customer something."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from orgs.models import User
from supportcenter.bounds import is_within
from tickets.models.ticket import Ticket


class ClockKind(models.TextChoices):
    FIRST_RESPONSE = "first_response", "First response"
    NEXT_RESPONSE = "next_response", "Next response"
    NEXT_UPDATE = "next_update", "Next update"


# Kinds of response clocks; at most one of them is open on a ticket.
RESPONSES = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)


class SlaClock(models.Model):
    """What support owes from ``started_at`` on, and when it is due; calculated by ``tickets.clock``.

    ``due_at`` and ``warn_at`` (75% of the time) are empty while it is paused with time left. ``allowed`` is
    the support time that may pass since the start, empty for best effort: more than the target's if that was
    raised later, and then ``due_from_start_at`` is when it would otherwise be due. ``pauses`` lists every
    pause as start, end (null while it lasts) and the status that caused it. A clock ends with ``ended_at``:
    met if ``met_at`` is set, otherwise nothing was owed anymore. ``breached_at`` is the due time it missed;
    a best-effort clock is never breached. ``promise`` is the target as text. ``is_stale`` asks for a
    recalculation because the tier or its calendar changed.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=20, choices=ClockKind)
    tier = models.CharField(max_length=50)
    severity = models.CharField(max_length=10)
    promise = models.CharField(max_length=100, blank=True)
    is_best_effort = models.BooleanField(default=False)
    promised_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_from_start_at = models.DateTimeField(null=True)
    allowed = models.DurationField(null=True)
    warn_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pauses = models.JSONField(default=list)
    met_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    breached_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)
    is_stale = models.BooleanField(default=False)

    class Meta:
        ordering = ["started_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=is_within("due_at", "warn_at", "due_from_start_at"),
                name="clock_times_within_bounds",
            ),
            models.UniqueConstraint(
                fields=["ticket", "kind"], condition=Q(ended_at=None), name="clock_open_once"
            ),
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at=None, kind__in=RESPONSES), name="one_response_owed"
            ),
            models.CheckConstraint(
                condition=Q(met_at=None) | Q(met_at=models.F("ended_at")), name="clock_met_is_over"
            ),
            models.CheckConstraint(
                condition=Q(is_best_effort=False) | Q(breached_at=None), name="best_effort_is_never_missed"
            ),
        ]
        indexes = [
            models.Index(
                fields=["warn_at"],
                name="clock_to_warn",
                condition=Q(ended_at=None, paused_at=None, warned_at=None, is_best_effort=False),
            ),
            models.Index(
                fields=["due_at"],
                name="clock_to_notify",
                condition=Q(ended_at=None, paused_at=None, notified_at=None, is_best_effort=False),
            ),
            models.Index(fields=["id"], name="clock_stale", condition=Q(ended_at=None, is_stale=True)),
            models.Index(fields=["met_at"], name="clock_met"),
            models.Index(fields=["breached_at"], name="clock_breached", condition=~Q(breached_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.ticket.reference}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and self.paused_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Return whether it is past its due time; a best-effort clock never is."""
        return self.due_at is not None and self.due_at <= now and not self.is_best_effort

    @property
    def is_missed(self) -> bool:
        return self.breached_at is not None

    def last_pause(self) -> list[Any]:
        return self.pauses[-1]
