import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils import timezone

from orgs.actor import Source
from orgs.models import Organization, Project, Service, User
from tickets.models.catalogue import Product, Reason
from tickets.models.tags import Tag
from tickets.models.teams import Team
from tickets.querysets import TicketQuerySet
from tickets.states import CUSTOMER_WORDS, UNFINISHED, Severity, Status

if TYPE_CHECKING:
    from tickets.models.people import Escalation

# Stands in for "no answer owed", so that such tickets sort behind all that have a time.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
DUE_ORDER = Coalesce("response_due_at", Value(NEVER, output_field=models.DateTimeField()))
# What must be answered next: the answer that is owed, or the call for more attention that nobody took yet.
QUEUE_ORDER = Coalesce(
    Least("response_due_at", "escalation_due_at"), Value(NEVER, output_field=models.DateTimeField())
)
# 0 is low.
SEVERITY_RANK = Case(
    *[When(severity=severity, then=Value(rank)) for rank, severity in enumerate(Severity)],
    output_field=models.IntegerField(),
)


def queue_indexes() -> list[models.Index]:
    """One for each order of the queue, and for the filters that leave few of very many tickets."""
    unfinished = Q(status__in=UNFINISHED)
    return [
        models.Index(QUEUE_ORDER, F("id"), name="ticket_queue", condition=unfinished),
        models.Index(F("assignee"), QUEUE_ORDER, F("id"), name="ticket_of_assignee", condition=unfinished),
        models.Index(SEVERITY_RANK, F("id"), name="ticket_queue_severity", condition=unfinished),
        models.Index(F("last_word_at"), F("id"), name="ticket_queue_last_word", condition=unfinished),
        models.Index(F("status"), QUEUE_ORDER, F("id"), name="ticket_queue_status", condition=unfinished),
        models.Index(F("response_warn_at"), name="ticket_queue_warning", condition=unfinished),
        models.Index(
            F("escalation_due_at"), name="ticket_to_take", condition=Q(escalation_due_at__isnull=False)
        ),
        models.Index(F("snoozed_until"), name="ticket_put_aside", condition=Q(snoozed_until__isnull=False)),
        models.Index(QUEUE_ORDER, F("id"), name="ticket_by_due"),
        models.Index(F("updated_at"), F("id"), name="ticket_by_updated"),
        models.Index(F("created_at"), F("id"), name="ticket_by_created"),
    ]


class Ticket(models.Model):
    """One case of one organization. Its public reference is the prefix and the primary key.

    ``updated_at`` moves with what the customer can see, and only with that. ``response_due_at`` is when what
    support owes next is due, and empty while it owes nothing; ``due_kind`` says what that is,
    ``response_warn_at`` when three quarters of its time are over, and ``is_best_effort`` that it is no
    promise. They sum up the ticket's clocks (``tickets.clock``), so that lists need no other table.
    ``escalation_due_at`` is by when somebody must take the open escalation, and empty once somebody did.
    ``last_word_by`` wrote the newest public comment.
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
    submission_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    tier = models.CharField(max_length=50, blank=True, help_text="Code of the tier when it was opened")
    first_responded_at = models.DateTimeField(null=True, blank=True)
    response_due_at = models.DateTimeField(null=True, blank=True)
    response_warn_at = models.DateTimeField(null=True, blank=True)
    due_kind = models.CharField(max_length=20, blank=True)
    is_best_effort = models.BooleanField(default=False)
    escalation_due_at = models.DateTimeField(null=True, blank=True)
    last_word_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    last_word_at = models.DateTimeField(default=timezone.now)
    solved_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
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
        return f"{settings.TICKET_PREFIX}-{self.pk}"

    @property
    def customer_status(self) -> str:
        """The status in the customer's words."""
        return CUSTOMER_WORDS[Status(self.status)]

    @property
    def is_finished(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def open_escalation(self) -> "Escalation | None":
        """The escalation that is not closed yet; needs the escalations to be prefetched to cost nothing."""
        return next((each for each in self.escalations.all() if each.closed_at is None), None)

    @property
    def is_snoozed(self) -> bool:
        """Whether it is put aside; a time that is over tells only that it was."""
        return self.snoozed_until is not None and self.snoozed_until > timezone.now()

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED
