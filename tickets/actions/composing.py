"""The composer: drafts are saved until they are sent, and agents see newer replies before they send."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import Membership, User
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.wording import format_list
from tickets.actions.comments import add_comment
from tickets.actions.macros import Message, send
from tickets.actions.record import lock
from tickets.models.conversation import ActivityKind, ActivityQuerySet
from tickets.models.drafts import ServerDraft
from tickets.models.macros import Macro
from tickets.models.ticket import Ticket
from tickets.states import Status

UNSEEN = "unseen"


@transaction.atomic
def send_composed(
    *, actor: Actor, ticket: Ticket, message: Message, macro: Macro | None = None, seen: int | None = None
) -> Ticket:
    """Send what is in the composer (an agent's reply or note, a customer's comment) and delete its draft.

    ``seen`` is the newest entry that the page showed. Raises ``RuleViolation`` with the code ``unseen`` if
    someone else wrote after it, or changed the status that is now to be set. That is checked under the
    ticket's lock, so of two agents who send at the same time exactly one succeeds. Customers are never
    stopped.
    """
    ticket = lock(ticket)
    if actor.can(Capability.WORK_QUEUE):
        if seen is not None:
            _require_seen(actor, ticket, seen, with_status=bool(message.status))
        send(actor=actor, ticket=ticket, message=message, macro=macro)
    else:
        add_comment(actor=actor, ticket=ticket, body=message.body, files=message.files)
    ServerDraft.objects.filter(user=actor.person, ticket=ticket).delete()
    return ticket


def _require_seen(actor: Actor, ticket: Ticket, seen: int, *, with_status: bool) -> None:
    newer: ActivityQuerySet = ticket.activities.written_since(
        seen, but_by=actor.person, with_status=with_status
    )
    found = list(newer.order_by("id").values_list("actor__name", "kind"))
    if found:
        who = format_list(list(dict.fromkeys(name or "The system" for name, _ in found)))
        wrote = any(kind != ActivityKind.STATUS_CHANGED for _, kind in found)
        done = "commented" if wrote else f"changed the status to {Status(ticket.status).label}"
        raise RuleViolation(
            UNSEEN,
            f"{who} {done} while you were writing, so nothing was sent. "
            "Read that first, then edit or send yours.",
        )


@transaction.atomic
def save_draft(
    *, actor: Actor, ticket: Ticket, kind: str, body: str, status: str = "", seen: int | None = None
) -> bool:
    """Save what a person is typing on a ticket; return whether there is a draft now.

    An empty text deletes the draft. Raises ``RuleViolation`` if the person commented after ``seen``, the
    newest entry that their page showed: the text may be an older state of that comment.
    """
    waiting = Ticket.objects.select_for_update(of=("self",), no_key=True).filter(pk=ticket.pk)
    is_closed = waiting.values_list("status", flat=True).get() == Status.CLOSED
    own = ticket.activities.filter(actor=actor.person, comment__isnull=False)
    if seen is not None and own.filter(pk__gt=seen).exists():
        raise RuleViolation("sent", "You've commented since you opened this page. Reload it.")
    if not body or is_closed:
        ServerDraft.objects.filter(user=actor.person, ticket=ticket).delete()
        return False
    ServerDraft.objects.update_or_create(
        user=actor.person,
        ticket=ticket,
        defaults={"kind": kind, "body": body, "status": status, "updated_at": timezone.now()},
    )
    return True


def delete_stale_drafts() -> int:
    """Delete drafts of closed tickets and of people who left; return how many."""
    membership = Membership.objects.filter(
        user=OuterRef("user"), user__is_active=True, organization=OuterRef("ticket__organization")
    )
    is_here = Q(user__in=User.objects.agents().order_by().values("pk")) | Q(Exists(membership))
    return ServerDraft.objects.filter(Q(ticket__status=Status.CLOSED) | ~is_here).delete()[0]
