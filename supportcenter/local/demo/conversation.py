"""A story as a ticket: the rows that the actions would have written, with times in the past."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing.entitlements import entitlement_of
from orgs.models import User
from orgs.source import Source
from supportcenter.local.demo.story import Message, Story
from supportcenter.placeholders import fill
from tickets.clock.clocks import Clocks
from tickets.models.conversation import Activity, ActivityKind, Comment
from tickets.models.people import Escalation
from tickets.models.ticket import Ticket
from tickets.states import REOPEN_DAYS, Status, after_customer_comment


@dataclass
class Cast:
    """The people in a story."""

    requester: User
    participant: User
    agent: User
    lead: User

    def author_of(self, message: Message) -> User:
        return {"requester": self.requester, "participant": self.participant}.get(message.who, self.agent)


@dataclass
class Conversation:
    """A ticket with the rows of its thread, in order; not saved yet."""

    ticket: Ticket
    story: Story
    cast: Cast
    values: dict[str, str]
    comments: list[Comment] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    escalation: Escalation | None = None

    def __post_init__(self) -> None:
        ticket = self.ticket
        self.clocks = Clocks(ticket, [], lambda: entitlement_of(ticket.organization, ticket.created_at))

    def run(self, now: datetime) -> None:
        """Create the rows of all that happens before ``now``."""
        ticket = self.ticket
        self._comment(self.cast.requester, self.story.opening, ticket.created_at, ActivityKind.OPENED)
        self.clocks.status_changed(Status.NEW, ticket.created_at)
        ticket.tier = self.clocks.entitlement.tier_code
        at = ticket.created_at
        for message in self.story.messages:
            at += timedelta(minutes=message.minutes)
            if at >= now:
                return
            self._add(message, at)
        self._end(at, now)

    def _add(self, message: Message, at: datetime) -> None:
        author = self.cast.author_of(message)
        if message.who == "note":
            self._comment(author, message.text, at, ActivityKind.NOTED)
        elif message.who == "agent":
            self._assign(at - timedelta(minutes=1))
            self._answer(author, message, at)
        else:
            status = after_customer_comment(self.ticket.status)
            self._comment(author, message.text, at, ActivityKind.COMMENTED, status)
            self.clocks.status_changed(Status.OPEN, at)
            if message is self.story.escalation:
                self._escalate(at)

    def _answer(self, author: User, message: Message, at: datetime) -> None:
        is_last = message is self.story.messages[-1] and self.story.status != Status.OPEN
        status = self.story.status if is_last else Status.WAITING
        self.clocks.agent_replied(at, author, status)
        if self.escalation and not self.escalation.acknowledged_at:
            self.escalation.acknowledged_by = self.cast.lead
            self.escalation.acknowledged_at = min(at, self.escalation.raised_at + timedelta(minutes=11))
            self.ticket.escalation_due_at = None
        self._comment(author, message.text, at, ActivityKind.COMMENTED, status)
        if status == Status.SOLVED:
            self.ticket.solved_at = at

    def _end(self, at: datetime, now: datetime) -> None:
        """Let the requester solve a ticket that the agent did not, and close it if that was long ago."""
        if self.story.status != Status.SOLVED:
            return
        ticket = self.ticket
        if ticket.status != Status.SOLVED:
            at += timedelta(minutes=4)
            ticket.solved_at = at
            self._change(ActivityKind.STATUS_CHANGED, self.cast.requester, at, Status.SOLVED)
        self.clocks.status_changed(Status.SOLVED, at)
        if self.escalation:
            self.escalation.closed_at = at
            ticket.escalation_due_at = None
            self.escalation.outcome = "Taken over by a senior agent and solved with the customer."
        closes = at + timedelta(days=REOPEN_DAYS)
        if closes < now:
            self._change(ActivityKind.CLOSED, None, closes, Status.CLOSED)

    def _comment(
        self, author: User, text: str, at: datetime, kind: ActivityKind, status: str | None = None
    ) -> None:
        body = fill(text, self.values)
        is_internal = kind == ActivityKind.NOTED
        comment = Comment(
            ticket=self.ticket, author=author, body=body, is_internal=is_internal, created_at=at
        )
        self.comments.append(comment)
        before = self.ticket.status
        changed = status not in {None, before}
        self._record(
            kind,
            author,
            at,
            comment=comment,
            is_internal=is_internal,
            before={"status": before} if changed else {},
            after={"status": status} if changed else {},
        )
        self.ticket.status = status or before
        if not is_internal:
            self.ticket.updated_at = self.ticket.last_reply_at = at
            self.ticket.last_reply_by = author

    def _assign(self, at: datetime) -> None:
        if self.ticket.assignee is None:
            agent = self.cast.agent
            self.ticket.assignee = agent
            after = {"assignee": agent.name, "assignee_id": agent.pk, "by_self": True}
            self._record(
                ActivityKind.ASSIGNED, agent, at, is_internal=True, before={"assignee": ""}, after=after
            )

    def _escalate(self, at: datetime) -> None:
        self.escalation = Escalation(
            ticket=self.ticket,
            raised_by=self.cast.requester,
            raised_at=at,
            source=Source.WEB,
            deadline_at=at + timedelta(minutes=30),
        )
        self.ticket.escalation_due_at = self.escalation.deadline_at
        self._record(ActivityKind.ESCALATED, self.cast.requester, at)

    def _change(self, kind: ActivityKind, actor: User | None, at: datetime, status: str) -> None:
        self._record(kind, actor, at, before={"status": self.ticket.status}, after={"status": status})
        self.ticket.status = status
        self.ticket.updated_at = at

    def _record(self, kind: ActivityKind, actor: User | None, at: datetime, **values: object) -> None:
        source = Source.WEB if actor else Source.SYSTEM
        self.activities.append(
            Activity(ticket=self.ticket, kind=kind, actor=actor, source=source, created_at=at, **values)
        )
