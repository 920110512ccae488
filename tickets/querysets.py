"""Reads with names; ``visible_to`` is the one rule of who sees what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from orgs.actor import Actor
from orgs.models import Membership, Organization, Project, User, Visibility
from orgs.roles import Capability
from tickets.states import UNFINISHED, Severity

if TYPE_CHECKING:
    from tickets.models.ticket import Ticket


# What marks a ticket, as conditions: said once for the views of the queue and the operators of search.


def is_late(now: datetime) -> Q:
    """What is owed is overdue. Best effort never is."""
    return Q(response_due_at__lt=now, is_best_effort=False)


def is_due_soon(now: datetime) -> Q:
    """Three quarters of the time are over, or all of it; or nobody took a call for attention."""
    return Q(response_warn_at__lte=now) | Q(escalation_due_at__isnull=False)


def is_put_aside(now: datetime) -> Q:
    """Somebody put it aside until later than ``now``."""
    return Q(snoozed_until__gt=now)


def is_escalated() -> Q:
    """An escalation is not closed yet."""
    from tickets.models.people import Escalation

    return Q(Exists(Escalation.objects.filter(ticket=OuterRef("pk"), closed_at=None)))


def is_unread(user_id: int | None) -> Q:
    """Something changed since the person last looked."""
    from tickets.models.people import Visit

    seen = Visit.objects.filter(ticket=OuterRef("pk"), user=user_id, seen_at__gte=OuterRef("updated_at"))
    return ~Q(Exists(seen))


class TicketQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Tickets that the actor may see.

        Staff who work the queue see all. Anybody else sees, only in organizations they belong to now: what
        they opened, what they are CC'd on, everything where their role says so, and everything where the
        organization shows all tickets to every user.
        """
        if actor.can(Capability.WORK_QUEUE):
            return self.all()
        if not actor.user_id:
            return self.none()
        return self.filter(
            Q(organization__in=actor.organizations_with(Capability.SEE_ALL_TICKETS))
            | Q(organization__in=list(actor.roles))
            & (
                Q(requester=actor.user_id)
                | Q(Exists(self._participations(actor.user_id)))
                | Q(organization__visibility=Visibility.ALL)
            )
        )

    def requested_by(self, user_id: int | None) -> Self:
        return self.filter(requester=user_id)

    def with_participant(self, user_id: int | None) -> Self:
        return self.filter(Exists(self._participations(user_id)))

    def of(self, organization: Organization) -> Self:
        return self.filter(organization=organization)

    def awake(self, now: datetime) -> Self:
        """Tickets that nobody put aside until later than ``now``."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))

    def put_aside(self, now: datetime) -> Self:
        """Tickets that somebody put aside until later than ``now``."""
        return self.filter(is_put_aside(now))

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def open_by(self, dimension: str) -> models.QuerySet:
        """How many are not solved, as pairs of a dimension's value (None without one) and their number."""
        of = models.F(dimension) if dimension else models.Value(None, output_field=models.IntegerField())
        rows = self.unfinished().order_by().annotate(of=of)
        return rows.values_list("of").annotate(models.Count("pk"))

    def escalated(self) -> Self:
        """Tickets with an escalation that is not closed yet."""
        return self.filter(is_escalated())

    def in_statuses(self, statuses: Sequence[str]) -> Self:
        return self.filter(status__in=statuses)

    def by_due(self) -> Self:
        """With ``due_order``: when the answer that is owed is due, far in the future where none is."""
        from tickets.models.ticket import DUE_ORDER

        return self.annotate(due_order=DUE_ORDER)

    def by_severity(self) -> Self:
        """With ``severity_rank``: 0 is low."""
        from tickets.models.ticket import SEVERITY_RANK

        return self.annotate(severity_rank=SEVERITY_RANK)

    def by_queue_order(self) -> Self:
        """With ``queue_order``: when something must be answered next, far in the future where nothing is."""
        from tickets.models.ticket import QUEUE_ORDER

        return self.annotate(queue_order=QUEUE_ORDER)

    def late(self, now: datetime) -> Self:
        """Tickets whose answer is overdue. Best effort never is."""
        return self.filter(is_late(now))

    def due_soon(self, now: datetime) -> Self:
        """Tickets of whose time three quarters are over, or all of it, and calls that nobody took."""
        return self.filter(is_due_soon(now))

    def for_queue(self, user_id: int | None) -> Self:
        """With everything that a row of the agents' queue shows but the tier, and can be ordered by."""
        tickets = self.for_list().select_related(
            "organization", "requester", "assignee", "team", "product", "last_word_by"
        )
        return tickets.with_unread(user_id).by_queue_order().by_severity()

    def with_unread(self, user_id: int | None) -> Self:
        """With ``is_unread``: something changed since the person last looked."""
        return self.annotate(is_unread=is_unread(user_id))

    def with_wishes(self, user_id: int | None) -> Self:
        """With ``is_muted`` and ``is_followed``: what the person wants of mail about each."""
        from tickets.models.following import Follow, Mute

        return self.annotate(
            is_muted=Exists(Mute.objects.filter(ticket=OuterRef("pk"), user=user_id)),
            is_followed=Exists(Follow.objects.filter(ticket=OuterRef("pk"), user=user_id)),
        )

    def for_list(self) -> Self:
        """With everything that a row of a list shows, in the one query."""
        tickets = self.select_related("organization", "requester", "assignee", "product")
        calls = self._open_escalations()
        late = calls.filter(acknowledged_at=None, deadline_at__lte=Now())
        return tickets.annotate(is_escalated=Exists(calls), is_escalation_late=Exists(late))

    def for_page(self) -> Self:
        """With everything that the ticket's own page shows besides the thread."""
        return self.select_related(
            "organization__account_manager",
            "requester",
            "assignee__availability",
            "team",
            "product",
            "reason",
            "rating",
            "follow_up_to",
            "handover__written_by",
        ).prefetch_related(
            "projects",
            "services__project",
            "participants__user",
            "escalations__acknowledged_by",
            "clocks__promised_by",
        )

    @staticmethod
    def _open_escalations() -> models.QuerySet:
        from tickets.models.people import Escalation

        return Escalation.objects.filter(ticket=OuterRef("pk"), closed_at=None)

    @staticmethod
    def _participations(user_id: int | None) -> models.QuerySet:
        from tickets.models.people import Participant

        return Participant.objects.filter(ticket=OuterRef("pk"), user=user_id)


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Internal notes and other internal entries exist for staff only."""
        return self.all() if actor.can(Capability.WORK_QUEUE) else self.filter(is_internal=False)

    def written_since(self, seen: int, *, but_by: User) -> Self:
        """Comments and notes newer than an entry, by others."""
        return self.filter(pk__gt=seen, kind__in=["commented", "noted"]).exclude(actor=but_by)

    def for_thread(self) -> Self:
        """In the order of the thread, with authors, comments and their files: two queries."""
        return (
            self.select_related("actor", "comment__author")
            .prefetch_related("comment__attachments")
            .order_by("created_at", "id")
        )


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Files on comments that the actor may read, and the actor's own uploads that are not sent yet."""
        from tickets.models.ticket import Ticket

        sent = Q(comment__ticket__in=Ticket.objects.visible_to(actor))
        if not actor.can(Capability.WORK_QUEUE):
            sent &= Q(comment__is_internal=False)
        return self.filter(sent | Q(comment=None, uploaded_by=actor.user_id))

    def unsent_by(self, user: User) -> Self:
        return self.filter(comment=None, uploaded_by=user)


class FollowQuerySet(models.QuerySet):
    def reaching(self, ticket: Ticket) -> Self:
        """Follows that this ticket falls under, of people whose role still allows them; each with its words.

        A unit's tickets are those about its projects and services, and those that its members opened.
        """
        projects = Project.objects.filter(Q(tickets=ticket) | Q(services__tickets=ticket))
        units = Q(unit__projects__in=projects) | Q(unit__memberships__user=ticket.requester_id)
        of_organization = Q(scope="organization") | Q(scope="product", product=ticket.product_id)
        of_organization |= Q(scope="project", project__in=projects) | Q(Q(scope="unit") & units)
        if ticket.severity != Severity.LOW:
            of_organization |= Q(scope="severe")
        wanted = Q(organization=ticket.organization_id) & of_organization
        following = Membership.objects.that_can(Capability.FOLLOW_ALL_TICKETS, ticket.organization_id)
        may = Q(user__in=following.values("user"))
        agents = User.objects.staff_with(Capability.WORK_QUEUE)
        found = self.filter((wanted & may) | Q(scope="ticket", ticket=ticket, user__in=agents))
        return found.select_related("organization", "unit", "project", "product").distinct()

    def for_list(self) -> Self:
        """With everything that the words of each need, in a steady order."""
        return self.select_related("organization", "unit", "project", "product", "ticket").order_by("pk")


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, and those that are shared with everybody who works the queue."""
        if not actor.can(Capability.WORK_QUEUE):
            return self.none()
        return self.filter(Q(owner=actor.user_id) | Q(is_shared=True))
