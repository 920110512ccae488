"""Opening a ticket."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.entitlements import entitlement_of, is_entitled
from orgs.actor import Actor
from orgs.models import Organization, Project, Service, User
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets.actions.clocks import save_clocks
from tickets.actions.files import attach
from tickets.actions.record import record, record_reference
from tickets.clock.clocks import Clocks
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import ActivityKind, Attachment, Comment
from tickets.models.people import Participant
from tickets.models.ticket import Ticket
from tickets.states import Severity, Status


@dataclass(frozen=True)
class TicketDraft:
    """A validated create form. ``submission_key`` is created with the form, so one form opens one ticket."""

    submission_key: uuid.UUID
    subject: str
    severity: str
    product: Product
    reason: Reason
    description: str
    cc: Sequence[User] = ()
    projects: Sequence[Project] = ()
    services: Sequence[Service] = ()
    files: Sequence[Attachment] = ()
    follow_up_to: Ticket | None = None


def open_ticket(*, actor: Actor, organization: Organization, draft: TicketDraft) -> Ticket:
    """Open a ticket for the acting person; submitting the same form twice returns the same ticket.

    Raises ``RuleViolation`` for non-members, and for an organization without a paid service.
    """
    if not actor.can(Capability.OPEN_TICKETS, organization):
        raise RuleViolation("not_a_member", f"Only members of {organization} can open its tickets.")
    if not is_entitled(organization):
        raise RuleViolation("not_entitled", "Support tickets need at least one paid service.")
    try:
        with transaction.atomic():
            return create_ticket(actor, organization, draft)
    except IntegrityError:
        existing = Ticket.objects.filter(submission_key=draft.submission_key, requester=actor.user).first()
        if existing is None:
            raise
        return existing


def severity_for(draft: TicketDraft) -> str:
    """Return the severity of a draft: tickets about services in early availability are always Low."""
    return Severity.LOW if any(each.is_early_availability for each in draft.services) else draft.severity


def create_ticket(actor: Actor, organization: Organization, draft: TicketDraft) -> Ticket:
    """Create a ticket of the acting person; callers check the rules and hold the transaction."""
    now = timezone.now()
    severity = severity_for(draft)
    ticket = Ticket(
        organization=organization,
        requester=actor.person,
        subject=draft.subject,
        severity=severity,
        product=draft.product,
        reason=draft.reason,
        source=actor.source,
        submission_key=draft.submission_key,
        follow_up_to=draft.follow_up_to,
        created_at=now,
        updated_at=now,
        last_reply_by=actor.user,
        last_reply_at=now,
    )
    clocks = Clocks(ticket, [], lambda: entitlement_of(organization, now))
    clocks.status_changed(Status.NEW, now)
    ticket.tier = clocks.entitlement.tier_code
    ticket.save(force_insert=True)
    save_clocks(clocks)
    ticket.projects.set(draft.projects)
    ticket.services.set(draft.services)
    Participant.objects.bulk_create(
        Participant(ticket=ticket, user=user, added_by=actor.user) for user in draft.cc if user != actor.user
    )
    comment = Comment.objects.create(
        ticket=ticket, author=actor.person, body=draft.description, source=actor.source, created_at=now
    )
    attach(comment, draft.files)
    record(
        ticket,
        ActivityKind.OPENED,
        actor=actor,
        comment=comment,
        after={"status": ticket.status, "severity": ticket.severity},
    )
    if draft.follow_up_to:
        record_reference(draft.follow_up_to, ActivityKind.FOLLOWED_UP, ticket, actor=actor)
    return ticket
