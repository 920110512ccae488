import uuid
from datetime import UTC, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import Organization, Project, Service, User, Visibility
from orgs.roles import Capability
from orgs.source import Source
from supportcenter.bounds import is_within
from tickets.models.catalog import Product, Reason
from tickets.models.people import Escalation, Participant, Visit
from tickets.models.related import RelatedQuerySet
from tickets.models.tags import Tag
from tickets.models.teams import Team
from tickets.states import CUSTOMER_WORDS, PAUSED, UNFINISHED, Severity, Status

# Sorts tickets to which no response is owed behind all that have a due time.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
DUE_ORDER = Coalesce("response_due_at", Value(NEVER, output_field=models.DateTimeField()))
# What is due next: a response, or the acknowledgment of an escalation.
QUEUE_ORDER = Coalesce(
    Least("response_due_at", "escalation_due_at"), Value(NEVER, output_field=models.DateTimeField())
)
# 0 is low.
SEVERITY_RANK = Case(
    *[When(severity=severity, then=Value(rank)) for rank, severity in enumerate(Severity)],
    output_field=models.IntegerField(),
)


def queue_indexes() -> list[models.Index]:
    """Return the indexes for each order of the queue and for its most selective filters."""
    unfinished, paused = Q(status__in=UNFINISHED), Q(status__in=PAUSED)
    return [
        models.Index(QUEUE_ORDER, F("id"), name="ticket_queue", condition=unfinished),
        models.Index(F("assignee"), QUEUE_ORDER, F("id"), name="ticket_of_assignee", condition=unfinished),
        models.Index(SEVERITY_RANK, F("id"), name="ticket_queue_severity", condition=unfinished),
        models.Index(F("last_reply_at"), F("id"), name="ticket_queue_last_reply", condition=unfinished),
        models.Index(F("status"), QUEUE_ORDER, F("id"), name="ticket_queue_status", condition=unfinished),
        models.Index(QUEUE_ORDER, F("id"), name="ticket_queue_waiting", condition=paused),
        models.Index(F("response_warn_at"), name="ticket_queue_warning", condition=unfinished),
        models.Index(
            F("escalation_due_at"), name="ticket_to_acknowledge", condition=Q(escalation_due_at__isnull=False)
        ),
        models.Index(F("snoozed_until"), name="ticket_snoozed", condition=Q(snoozed_until__isnull=False)),
        models.Index(QUEUE_ORDER, F("id"), name="ticket_by_due"),
        models.Index(F("updated_at"), F("id"), name="ticket_by_updated"),
        models.Index(F("created_at"), F("id"), name="ticket_by_created"),
    ]


# An instant, or an expression for it.
Instant = datetime | Func


def is_overdue(now: Instant) -> Q:
    """Match tickets with an overdue clock. Best effort is never overdue."""
    return Q(response_due_at__lt=now, is_best_effort=False)


def is_due_soon(now: Instant) -> Q:
    """Match tickets past 75% of their time, overdue ones, and those with an unacknowledged escalation."""
    return Q(response_warn_at__lte=now) | Q(escalation_due_at__isnull=False)


def is_snoozed(now: Instant) -> Q:
    """Match tickets that are snoozed until later than ``now``."""
    return Q(snoozed_until__gt=now)


def is_escalated() -> Q:
    """Match tickets with an open escalation."""
    return Q(Exists(Escalation.objects.filter(ticket=OuterRef("pk"), closed_at=None)))


def is_unread(user_id: int | None) -> Q:
    """Match tickets that changed since the person last looked."""
    seen = Visit.objects.filter(ticket=OuterRef("pk"), user=user_id, seen_at__gte=OuterRef("updated_at"))
    return ~Q(Exists(seen))


class TicketQuerySet(RelatedQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Tickets that the actor may see.

        Agents see all. Others see, only in organizations that they belong to now: tickets they opened or
        are CC'd on, all tickets if their role lets them, and all tickets if the organization shows all to
        every user.
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

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def open_by(self, dimension: str) -> models.QuerySet:
        """Count the open tickets, as pairs of a dimension's value (None without one) and their number."""
        of = models.F(dimension) if dimension else models.Value(None, output_field=models.IntegerField())
        rows = self.unfinished().order_by().annotate(of=of)
        return rows.values_list("of").annotate(models.Count("pk"))

    def by_due(self) -> Self:
        """With ``due_order``: when the response is due, far in the future if none is owed."""
        return self.annotate(due_order=DUE_ORDER)

    def by_severity(self) -> Self:
        """With ``severity_rank``: 0 is low."""
        return self.annotate(severity_rank=SEVERITY_RANK)

    def by_queue_order(self) -> Self:
        """With ``queue_order``: when the next thing is due, far in the future if nothing is."""
        return self.annotate(queue_order=QUEUE_ORDER)

    def for_queue(self, user_id: int | None) -> Self:
        """With everything that a row of the queue shows, except the tier, and the values it sorts by.

        Three queries: the tickets, their people, and their organizations.
        """
        tickets = self.with_marks().select_related("team", "product")
        tickets = tickets.load("organization", "requester", "assignee", "last_reply_by")
        return tickets.with_unread(user_id).by_queue_order().by_severity()

    def with_unread(self, user_id: int | None) -> Self:
        """With ``is_unread``: something changed since the person last looked."""
        return self.annotate(is_unread=is_unread(user_id))

    def for_list(self) -> Self:
        """With everything that a row of a list shows."""
        return self.with_marks().select_related("product", "requester")

    def for_table(self) -> Self:
        """With the names that a row of the CSV file shows, in the query that streams it."""
        return self.select_related("product", "requester")

    def with_marks(self) -> Self:
        """With ``is_escalated``: it has an open escalation."""
        return self.annotate(is_escalated=Exists(self._open_escalations()))

    def for_page(self, *, for_agent: bool) -> Self:
        """With what the ticket's own page shows besides people and the thread: three queries.

        With ``has_escalations``; the few tickets that have some need one query more.
        """
        parts = ["organization", "product", "reason", "team", "rating", *(["handover"] if for_agent else [])]
        tickets = self.select_related(*parts).prefetch_related("participants", "clocks")
        return tickets.annotate(has_escalations=Exists(Escalation.objects.filter(ticket=OuterRef("pk"))))

    @staticmethod
    def _open_escalations() -> models.QuerySet:
        return Escalation.objects.filter(ticket=OuterRef("pk"), closed_at=None)

    @staticmethod
    def _participations(user_id: int | None) -> models.QuerySet:

        return Participant.objects.filter(ticket=OuterRef("pk"), user=user_id)


class Ticket(models.Model):
    """One case of one organization. Its public reference is the prefix and the primary key.

    ``updated_at`` changes only with what the customer can see. ``response_due_at`` is when support's next
    obligation is due, empty if there is none; ``due_kind`` is its kind, ``response_warn_at`` when 75% of its
    time has passed, and ``is_best_effort`` that it isn't a promise. They summarize the ticket's clocks
    (``tickets.clock``), so that lists need no other table. ``escalation_due_at`` is the deadline of an
    escalation that was not acknowledged yet. ``last_reply_by`` wrote the newest public comment.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="tickets")
    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="requested_tickets")
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="assigned_tickets"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets")
    subject = models.CharField(max_length=200)
    severity = models.CharField(max_length=10, choices=Severity)
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="tickets")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="tickets")
    projects = models.ManyToManyField(Project, blank=True, related_name="tickets")
    services = models.ManyToManyField(Service, blank=True, related_name="tickets")
    tags = models.ManyToManyField(Tag, blank=True, related_name="tickets")
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    follow_up_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="follow_ups"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_tickets"
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    submission_key = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    tier = models.CharField(max_length=50, blank=True, help_text="Code of the tier when it was opened")
    first_responded_at = models.DateTimeField(null=True, blank=True)
    response_due_at = models.DateTimeField(null=True, blank=True)
    response_warn_at = models.DateTimeField(null=True, blank=True)
    due_kind = models.CharField(max_length=20, blank=True)
    is_best_effort = models.BooleanField(default=False)
    escalation_due_at = models.DateTimeField(null=True, blank=True)
    last_reply_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    last_reply_at = models.DateTimeField(default=timezone.now)
    solved_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            # Of one requester: someone else's key neither finds nor prevents a ticket.
            models.UniqueConstraint(fields=["requester", "submission_key"], name="ticket_submitted_once"),
            models.CheckConstraint(
                condition=is_within(
                    "snoozed_until", "response_due_at", "response_warn_at", "escalation_due_at"
                ),
                name="ticket_times_within_bounds",
            ),
            models.CheckConstraint(
                condition=Q(solved_at__isnull=True, status__in=UNFINISHED)
                | Q(solved_at__isnull=False, status__in=[Status.SOLVED, Status.CLOSED]),
                name="ticket_solved_at_with_status",
            ),
        ]
        indexes = [
            models.Index(F("organization"), F("updated_at").desc(), F("id").desc(), name="ticket_of_org"),
            models.Index(F("organization"), DUE_ORDER, F("id"), name="ticket_of_org_by_due"),
            models.Index(F("requester"), F("updated_at").desc(), F("id").desc(), name="ticket_of_requester"),
            *queue_indexes(),
            models.Index(fields=["solved_at"], name="ticket_to_close", condition=Q(status=Status.SOLVED)),
            models.Index(fields=["solved_at"], name="ticket_by_solution", condition=~Q(solved_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("tickets:ticket", args=[self.reference])

    @property
    def reference(self) -> str:
        return reference_of(self.pk)

    @property
    def merged_into_reference(self) -> str:
        """The reference of the ticket that it was merged into; empty if it wasn't."""
        return reference_of(self.merged_into_id) if self.merged_into_id else ""

    @property
    def customer_status(self) -> str:
        """The status as customers see it."""
        return CUSTOMER_WORDS[Status(self.status)]

    @property
    def is_finished(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def open_escalation(self) -> Escalation | None:
        """The open escalation, if any; costs no query if escalations are prefetched."""
        return next((each for each in self.escalations.all() if each.closed_at is None), None)

    @property
    def is_snoozed(self) -> bool:
        """Whether it is snoozed now; a time in the past means that it was."""
        return self.snoozed_until is not None and self.snoozed_until > timezone.now()

    @property
    def is_escalation_late(self) -> bool:
        """Whether nobody acknowledged the open escalation by its deadline."""
        return self.escalation_due_at is not None and self.escalation_due_at <= timezone.now()

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED


def assigned_people() -> models.QuerySet[User]:
    """Return agents by name, then former agents who still have tickets, with ``is_former``."""
    is_agent = Q(pk__in=User.objects.agents().order_by().values("pk"))
    has_tickets = Q(pk__in=Ticket.objects.exclude(assignee=None).order_by().values("assignee"))
    people = User.objects.filter(is_agent | has_tickets).annotate(
        is_former=ExpressionWrapper(~is_agent, models.BooleanField())
    )
    return people.order_by("is_former", "name", "pk")


def reference_of(number: int) -> str:
    """Return the reference of the ticket with a number, such as ``SUP-1042``."""
    return f"{settings.TICKET_PREFIX}-{number}"


def number_of(reference: str) -> int | None:
    """Return the number in a reference like ``SUP-1042``; None for anything else."""
    prefix, _, number = reference.upper().rpartition("-")
    is_ours = prefix == settings.TICKET_PREFIX.upper() and number.isascii() and number.isdigit()
    return int(number) if is_ours and len(number) < 18 else None
