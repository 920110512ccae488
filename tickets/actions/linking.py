"""Tickets that belong together: a comment that becomes a ticket of its own, and links."""

import uuid

from django.db import transaction

from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets import events
from tickets.actions.opening import TicketDraft, create_ticket
from tickets.actions.record import lock, lock_both, record, require_agent
from tickets.models.conversation import ActivityKind, Attachment, Comment
from tickets.models.linking import TicketLink
from tickets.models.ticket import Ticket


@transaction.atomic
def split(*, actor: Actor, comment: Comment, subject: str) -> Ticket:
    """Open a ticket from a public comment, for the customer who wrote it; each comment once.

    The comment stays where it is; its text and files begin the new ticket. Both threads say so, and the
    tickets are linked. Raises ``RuleViolation`` for an internal note.
    """
    require_agent(actor)
    if comment.is_internal:
        raise RuleViolation(
            "internal", "An internal note cannot become a ticket: the customer would read it."
        )
    ticket = lock(comment.ticket)
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"split:{comment.pk}")
    if made := Ticket.objects.filter(submission_key=key).first():
        return made
    requester = Actor.of(ticket.requester if comment.author.staff_role else comment.author, actor.source)
    draft = TicketDraft(
        submission_key=key,
        subject=subject,
        severity=ticket.severity,
        product=ticket.product,
        reason=ticket.reason,
        description=comment.body,
        projects=list(ticket.projects.all()),
        services=list(ticket.services.all()),
    )
    made = create_ticket(requester, ticket.organization, draft)
    _copy_files(comment, made)
    _tell(actor, made, ActivityKind.SPLIT_FROM, events.TICKET_SPLIT_FROM, ticket)
    _tell(actor, ticket, ActivityKind.SPLIT, events.TICKET_SPLIT, made)
    TicketLink.objects.create(first=ticket, second=made, linked_by=actor.user)
    return made


@transaction.atomic
def link(*, actor: Actor, ticket: Ticket, other: Ticket) -> TicketLink:
    """Note that two tickets are related; internal, whichever organizations they are of. Twice is once."""
    require_agent(actor)
    if ticket.pk == other.pk:
        raise RuleViolation("same_ticket", "A ticket is not related to itself.", field="target")
    ticket, other = lock_both(ticket, other)
    first, second = sorted((ticket, other), key=lambda each: each.pk)
    found, is_new = TicketLink.objects.get_or_create(
        first=first, second=second, defaults={"linked_by": actor.user}
    )
    if is_new:
        _tell(actor, ticket, ActivityKind.LINKED, events.TICKET_LINKED, other, is_internal=True)
        _tell(actor, other, ActivityKind.LINKED, events.TICKET_LINKED, ticket, is_internal=True)
    return found


@transaction.atomic
def unlink(*, actor: Actor, ticket: Ticket, other: Ticket) -> None:
    """Take a link away. Gone already is fine."""
    require_agent(actor)
    ticket, other = lock_both(ticket, other)
    first, second = sorted((ticket, other), key=lambda each: each.pk)
    if TicketLink.objects.filter(first=first, second=second).delete()[0]:
        _tell(actor, ticket, ActivityKind.UNLINKED, events.TICKET_UNLINKED, other, is_internal=True)
        _tell(actor, other, ActivityKind.UNLINKED, events.TICKET_UNLINKED, ticket, is_internal=True)


def _copy_files(comment: Comment, ticket: Ticket) -> None:
    """The same stored files on the first comment of the new ticket; files are never altered."""
    first = ticket.comments.get()
    names = ["uploaded_by_id", "name", "content_type", "size", "sha256", "uploaded_at"]
    Attachment.objects.bulk_create(
        Attachment(comment=first, file=each.file.name, **{name: getattr(each, name) for name in names})
        for each in comment.attachments.all()
    )


def _tell(
    actor: Actor, ticket: Ticket, kind: ActivityKind, event: str, other: Ticket, *, is_internal: bool = False
) -> None:
    record(ticket, kind, event, actor=actor, after={"reference": other.reference}, is_internal=is_internal)
