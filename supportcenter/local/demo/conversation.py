"""One story played as a ticket: the rows that the actions would have written, with times in the past."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing.entitlements import entitlement_of
from orgs.actor import Source
from orgs.models import User
from supportcenter.local.demo.story import Story, Turn
from tickets.clock.clocks import Clocks
from tickets.models.conversation import Activity, ActivityKind, Comment
from tickets.models.people import Escalation
from tickets.models.ticket import Ticket
from tickets.states import REOPEN_DAYS, Status, after_customer_comment


@dataclass
class Cast:
    """Who plays a story."""

    requester: User
    participant: User
    agent: User
    lead: User

    def of(self, turn: Turn) -> User:
        return {"requester": self.requester, "participant": self.participant}.get(turn.who, self.agent)


@dataclass
class Play:
    """A ticket with the rows of its thread, in order; not saved yet."""

    ticket: Ticket
    story: Story
    cast: Cast
    words: dict[str, str]
    comments: list[Comment] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    escalation: Escalation | None = None

    def __post_init__(self) -> None:
        ticket = self.ticket
        self.clocks = Clocks(ticket, [], lambda: entitlement_of(ticket.organization, ticket.created_at))

    def perform(self, now: datetime) -> None:
        """Play the story as far as it has come by ``now``."""
        ticket = self.ticket
        self._say(self.cast.requester, self.story.opening, ticket.created_at, ActivityKind.OPENED)
        self.clocks.asked(ticket.created_at)
        ticket.tier = self.clocks.entitlement.tier_code
        at = ticket.created_at
        for index, turn in enumerate(self.story.turns):
            at += timedelta(minutes=turn.after)
            if at >= now:
                return
            self._turn(index, turn, at)
        self._end(at, now)

    def _turn(self, index: int, turn: Turn, at: datetime) -> None:
        author = self.cast.of(turn)
        if turn.who == "note":
            self._say(author, turn.text, at, ActivityKind.NOTED)
        elif turn.who == "agent":
            self._assign(at - timedelta(minutes=1))
            self._answer(author, turn, at, is_last=index == len(self.story.turns) - 1)
        else:
            status = after_customer_comment(self.ticket.status)
            self._say(author, turn.text, at, ActivityKind.COMMENTED, status)
            self.clocks.asked(at)
            if index == self.story.escalates_at:
                self._escalate(at)

    def _answer(self, author: User, turn: Turn, at: datetime, *, is_last: bool) -> None:
        status = self.story.ends if is_last and self.story.ends != "open" else Status.WAITING
        self.clocks.answered(at, author, status)
        if self.escalation and not self.escalation.acknowledged_at:
            self.escalation.acknowledged_by = self.cast.lead
            self.escalation.acknowledged_at = min(at, self.escalation.raised_at + timedelta(minutes=11))
            self.ticket.escalation_due_at = None
        self._say(author, turn.text, at, ActivityKind.COMMENTED, status)
        if status == Status.SOLVED:
            self.ticket.solved_at = at

    def _end(self, at: datetime, now: datetime) -> None:
        """What followed the last turn: solved by the requester, and closed when that was long ago."""
        if self.story.ends != "solved":
            return
        ticket = self.ticket
        if ticket.status != Status.SOLVED:
            at += timedelta(minutes=4)
            ticket.solved_at = at
            self._change(ActivityKind.STATUS_CHANGED, self.cast.requester, at, Status.SOLVED)
        self.clocks.rested(Status.SOLVED, at)
        if self.escalation:
            self.escalation.closed_at = at
            ticket.escalation_due_at = None
            self.escalation.outcome = "Taken over by a senior agent and solved with the customer."
        closes = at + timedelta(days=REOPEN_DAYS)
        if closes < now:
            self._change(ActivityKind.CLOSED, None, closes, Status.CLOSED)

    def _say(
        self, author: User, text: str, at: datetime, kind: ActivityKind, status: str | None = None
    ) -> None:
        body = text.format_map(self.words)
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
            self.ticket.updated_at = self.ticket.last_word_at = at
            self.ticket.last_word_by = author

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
