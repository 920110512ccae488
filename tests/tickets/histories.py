"""Tickets with random pasts, as rows: what happened to them, and what happens to them next."""

import random
import uuid
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from tests.cast import Cast
from tickets.models.catalog import Product, Reason
from tickets.models.clock import SlaClock
from tickets.models.conversation import Activity, ActivityKind
from tickets.models.people import Escalation, Rating
from tickets.models.ticket import Ticket

DAYS = 12
TIERS = ["basic", "essential", "advanced", "premium"]
SEVERITIES = ["low", "high", "critical"]


class Histories:
    """Makes tickets in the last days and has things happen to them; the dice decide what."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.dice = random.Random(seed)  # noqa: S311
        self.products = list(Product.objects.all()[:3])
        self.reason = Reason.objects.all()[0]

    def moment(self, since: datetime | None = None) -> datetime:
        start = since or timezone.now() - timedelta(days=DAYS)
        return start + (timezone.now() - start) * self.dice.random()

    def agent(self):
        return self.dice.choice([self.cast.fay, self.cast.gus])

    def open(self) -> Ticket:
        at = self.moment()
        organization, requester = self.dice.choice(
            [(self.cast.acme, self.cast.ben), (self.cast.globex, self.cast.eve)]
        )
        ticket = Ticket.objects.create(
            organization=organization,
            requester=requester,
            assignee=self.dice.choice([None, self.cast.fay, self.cast.gus]),
            subject="Something",
            severity=self.dice.choice(SEVERITIES),
            tier=self.dice.choice(TIERS),
            product=self.dice.choice(self.products),
            reason=self.reason,
            submission_key=uuid.UUID(int=self.dice.getrandbits(128)),
            created_at=at,
            updated_at=at,
        )
        self.note(ticket, at)
        self.start_clock(ticket, "first_response", at)
        return ticket

    def note(self, ticket: Ticket, at: datetime) -> None:
        Activity.objects.create(ticket=ticket, kind=ActivityKind.NOTED, source="web", created_at=at)

    def start_clock(self, ticket: Ticket, kind: str, at: datetime) -> None:
        SlaClock.objects.create(
            ticket=ticket,
            kind=kind,
            tier=ticket.tier,
            severity=ticket.severity,
            started_at=at,
            due_at=at + timedelta(hours=self.dice.uniform(0.2, 30)),
            is_best_effort=ticket.tier == "basic",
        )

    def happen(self, ticket: Ticket) -> None:
        """One more thing."""
        ticket.refresh_from_db()
        things = [self.answer, self.ask, self.breach, self.solve, self.reopen, self.rate]
        more = [self.escalate, self.acknowledge, self.change_severity, self.assign, self.merge]
        self.dice.choice([self.merge] if ticket.merged_into_id else [*things, *more])(ticket)

    def answer(self, ticket: Ticket) -> None:
        for clock in ticket.clocks.filter(ended_at=None):
            at = self.moment(clock.started_at)
            is_late = at > clock.due_at and not clock.is_best_effort
            SlaClock.objects.filter(pk=clock.pk).update(
                met_at=at, ended_at=at, met_by=self.agent(), breached_at=clock.due_at if is_late else None
            )
            self.note(ticket, at)

    def ask(self, ticket: Ticket) -> None:
        at = self.moment(ticket.created_at)
        kind = self.dice.choice(["next_response", "next_update"])
        if not ticket.clocks.filter(ended_at=None).exists():
            self.start_clock(ticket, kind, at)
        self.note(ticket, at)

    def breach(self, ticket: Ticket) -> None:
        owed = ticket.clocks.filter(ended_at=None, breached_at=None, is_best_effort=False)
        for clock in owed.filter(due_at__lt=timezone.now()):
            SlaClock.objects.filter(pk=clock.pk).update(breached_at=clock.due_at)

    def solve(self, ticket: Ticket) -> None:
        at = self.moment(ticket.created_at)
        ticket.status, ticket.solved_at = "solved", at
        ticket.save()
        ticket.escalations.filter(closed_at=None).update(closed_at=timezone.now())
        self.note(ticket, at)

    def reopen(self, ticket: Ticket) -> None:
        if ticket.solved_at:
            at = self.moment(ticket.solved_at)
            ticket.status, ticket.solved_at = "open", None
            ticket.save()
            self.note(ticket, at)

    def rate(self, ticket: Ticket) -> None:
        at, score = self.moment(ticket.created_at), self.dice.randint(1, 5)
        values = {"score": score, "rated_by": ticket.requester}
        _, is_new = Rating.objects.update_or_create(
            ticket=ticket, defaults=values, create_defaults={**values, "rated_at": at}
        )
        self.note(ticket, at if is_new else timezone.now())

    def escalate(self, ticket: Ticket) -> None:
        if not ticket.escalations.filter(closed_at=None).exists():
            at = self.moment(ticket.created_at)
            Escalation.objects.create(
                ticket=ticket,
                raised_by=ticket.requester,
                raised_at=at,
                source="web",
                deadline_at=at + timedelta(minutes=30),
            )

    def acknowledge(self, ticket: Ticket) -> None:
        for each in ticket.escalations.filter(acknowledged_at=None, closed_at=None):
            at = each.raised_at + (timezone.now() - each.raised_at) * self.dice.random() * 0.01
            Escalation.objects.filter(pk=each.pk).update(acknowledged_at=at, acknowledged_by=self.agent())

    def change_severity(self, ticket: Ticket) -> None:
        ticket.severity = self.dice.choice(SEVERITIES)
        ticket.save()
        earlier = F("started_at") + (F("due_at") - F("started_at")) * self.dice.random()
        owed = ticket.clocks.filter(ended_at=None, breached_at=None)
        owed.update(severity=ticket.severity, due_from_start_at=earlier)
        self.note(ticket, timezone.now())

    def assign(self, ticket: Ticket) -> None:
        ticket.assignee = self.agent()
        ticket.save()
        self.note(ticket, timezone.now())

    def merge(self, ticket: Ticket) -> None:
        """Into another one, or apart again."""
        at, other = timezone.now(), Ticket.objects.exclude(pk=ticket.pk).order_by("pk").first()
        if ticket.merged_into_id:
            ticket.merged_into, ticket.status, ticket.solved_at = None, "open", None
        elif other:
            ticket.merged_into, ticket.status, ticket.solved_at = other, "closed", at
        ticket.save()
        self.note(ticket, at)
