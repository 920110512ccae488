"""Splitting a comment off into a new ticket, and linking tickets."""

import uuid

from django.db import transaction
from django.db.models import Q

from orgs.actor import Actor
from orgs.models import User
from supportcenter.errors import RuleViolation
from tickets.actions.opening import TicketDraft, create_ticket
from tickets.actions.record import end_of, lock, lock_both, record_reference, require_agent
from tickets.models.conversation import ActivityKind, Attachment, Comment
from tickets.models.linking import TicketLink
from tickets.models.ticket import Ticket


@transaction.atomic
def split(*, actor: Actor, comment: Comment, subject: str, with_cc: bool = False) -> Ticket:
    """Open a ticket from a public comment, for the customer who wrote it; each comment once.

    The comment stays; its text and files are copied to the new ticket, and if ``with_cc`` the other people
    in the conversation are CC'd. Both threads show it, and the tickets are linked. Raises ``RuleViolation``
    for an internal note.
    """
    require_agent(actor)
    if comment.is_internal:
        raise RuleViolation(
            "internal", "An internal note can't become a ticket because the customer would see it."
        )
    ticket = lock(comment.ticket)
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"split:{comment.pk}")
    requester = Actor.of(requester_of_split(comment), actor.source)
    if made := Ticket.objects.filter(submission_key=key, requester=requester.user).first():
        return made
    draft = TicketDraft(
        submission_key=key,
        subject=subject,
        severity=ticket.severity,
        product=ticket.product,
        reason=ticket.reason,
        description=comment.body,
        cc=people_besides(comment) if with_cc else [],
        projects=list(ticket.projects.all()),
        services=list(ticket.services.all()),
    )
    made = create_ticket(requester, ticket.organization, draft)
    _copy_files(comment, made)
    record_reference(made, ActivityKind.SPLIT_FROM, ticket, actor=actor)
    record_reference(ticket, ActivityKind.SPLIT, made, actor=actor)
    TicketLink.objects.create(first=ticket, second=made, linked_by=actor.user)
    return made


def requester_of_split(comment: Comment) -> User:
    """Return the customer for whom a comment becomes a ticket."""
    return comment.ticket.requester if comment.author.staff_role else comment.author


def people_besides(comment: Comment) -> list[User]:
    """Return the other members in the conversation, who can be CC'd on the ticket that a comment becomes."""
    ticket = comment.ticket
    people = Q(pk=ticket.requester_id) | Q(pk__in=ticket.participants.values("user"))
    members = User.objects.members_of(ticket.organization).filter(people)
    return list(members.exclude(pk=requester_of_split(comment).pk).order_by("name", "pk"))


@transaction.atomic
def link(*, actor: Actor, ticket: Ticket, other: Ticket) -> TicketLink:
    """Link two related tickets of any organizations. Internal. Does nothing if they are linked already.

    A merged ticket stands for the one it was merged into.
    """
    require_agent(actor)
    ticket, other = end_of(ticket), end_of(other)
    if ticket.pk == other.pk:
        raise RuleViolation("same_ticket", "A ticket can't be linked to itself.", field="target")
    ticket, other = lock_both(ticket, other)
    first, second = sorted((ticket, other), key=lambda each: each.pk)
    found, is_new = TicketLink.objects.get_or_create(
        first=first, second=second, defaults={"linked_by": actor.user}
    )
    if is_new:
        record_reference(ticket, ActivityKind.LINKED, other, actor=actor)
        record_reference(other, ActivityKind.LINKED, ticket, actor=actor)
    return found


@transaction.atomic
def unlink(*, actor: Actor, ticket: Ticket, other: Ticket) -> None:
    """Remove a link, if there is one."""
    require_agent(actor)
    ticket, other = lock_both(ticket, other)
    first, second = sorted((ticket, other), key=lambda each: each.pk)
    if TicketLink.objects.filter(first=first, second=second).delete()[0]:
        record_reference(ticket, ActivityKind.UNLINKED, other, actor=actor)
        record_reference(other, ActivityKind.UNLINKED, ticket, actor=actor)


def _copy_files(comment: Comment, ticket: Ticket) -> None:
    """Attach the same stored files to the first comment of the new ticket; files are never changed."""
    first = ticket.comments.get()
    names = ["uploaded_by_id", "name", "content_type", "size", "sha256", "uploaded_at"]
    Attachment.objects.bulk_create(
        Attachment(comment=first, file=each.file.name, **{name: getattr(each, name) for name in names})
        for each in comment.attachments.all()
    )
