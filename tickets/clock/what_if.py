"""What an organization's past tickets would have been promised under each support tier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from billing.entitlements import Entitlement
from orgs.models import Organization
from supportcenter.wording import format_duration
from tickets.models.ticket import Ticket

# How far back tickets are replayed under each tier, and how many at most.
REPLAYED_DAYS = 90
MAX_REPLAYED = 1000


@dataclass(frozen=True)
class PastTicket:
    """What a replay needs of a ticket: when it was opened and when the first response was given, if any."""

    severity: str
    created_at: datetime
    first_responded_at: datetime | None


@dataclass(frozen=True)
class Replay:
    """The result for one tier. Open tickets that are not due yet are not counted.

    ``typical`` is the median time from opening to the promised response, nights and weekends included.
    """

    tier: str
    is_best_effort: bool
    typical: timedelta
    in_time: int
    late: int

    @property
    def share(self) -> int:
        """The percentage of the counted tickets with a response within the target, rounded down."""
        counted = self.in_time + self.late
        return 100 * self.in_time // counted if counted else 0

    @property
    def typical_words(self) -> str:
        return format_duration(self.typical)


def replay(tickets: Sequence[PastTicket], tiers: Sequence[Entitlement], now: datetime) -> list[Replay]:
    """Apply each tier's targets to each ticket, as if the tier had been active when it was opened."""
    return [_under(tier, tickets, now) for tier in tiers] if tickets else []


def _under(tier: Entitlement, tickets: Sequence[PastTicket], now: datetime) -> Replay:
    waits: list[float] = []
    in_time = late = 0
    for ticket in tickets:
        due_at = tier.targets[ticket.severity].due_at(ticket.created_at)
        waits.append((due_at - ticket.created_at).total_seconds())
        if (ticket.first_responded_at or now) > due_at:
            late += 1
        elif ticket.first_responded_at:
            in_time += 1
    best_effort = all(tier.targets[ticket.severity].is_best_effort for ticket in tickets)
    return Replay(tier.tier_name, best_effort, timedelta(seconds=median(waits)), in_time, late)


def tickets_to_replay(organization: Organization, now: datetime) -> list[PastTicket]:
    """Return the newest tickets of the last 90 days for a replay; one query."""
    since = now - timedelta(days=REPLAYED_DAYS)
    tickets = Ticket.objects.of(organization).filter(created_at__gte=since).order_by("-created_at")
    rows = tickets.values_list("severity", "created_at", "first_responded_at")[:MAX_REPLAYED]
    return [PastTicket(*row) for row in rows]
