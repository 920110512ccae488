"""The composer: what is typed is kept until it is sent, and sent only by who saw what came meanwhile."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import Membership, User
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from tickets.actions.comments import add_comment
from tickets.actions.macros import Message, send
from tickets.actions.record import lock
from tickets.models.conversation import ActivityQuerySet
from tickets.models.drafts import ServerDraft
from tickets.models.macros import Macro
from tickets.models.ticket import Ticket
from tickets.states import Status

UNSEEN = "unseen"


@transaction.atomic
def send_composed(
    *, actor: Actor, ticket: Ticket, message: Message, macro: Macro | None = None, seen: int | None = None
) -> Ticket:
    """Send what the composer holds: an agent's answer or note, a customer's comment; and forget its draft.

    ``seen`` is the newest entry that the page showed. Raises ``RuleViolation`` with the code ``unseen`` if
    somebody else wrote after it: decided under the ticket's lock, so that of two agents who send at once
    exactly one gets through. Customers are never stopped: what they say is true whatever came meanwhile.
    """
    ticket = lock(ticket)
    if actor.can(Capability.WORK_QUEUE):
        if seen is not None:
            _require_seen(actor, ticket, seen)
        send(actor=actor, ticket=ticket, message=message, macro=macro)
    else:
        add_comment(actor=actor, ticket=ticket, body=message.body, files=message.files)
    ServerDraft.objects.filter(user=actor.person, ticket=ticket).delete()
    return ticket


def _require_seen(actor: Actor, ticket: Ticket, seen: int) -> None:
    news: ActivityQuerySet = ticket.activities.written_since(seen, but_by=actor.person)
    names = list(news.order_by("id").values_list("actor__name", flat=True))
    if names:
        who = " and ".join(dict.fromkeys(names))
        raise RuleViolation(
            UNSEEN,
            f"{who} wrote in the meantime. Nothing was sent yet: read it, then change your text or send it.",
        )


@transaction.atomic
def keep_draft(
    *, actor: Actor, ticket: Ticket, kind: str, body: str, status: str = "", seen: int | None = None
) -> bool:
    """Keep what a person types on a ticket until they send it; whether there is something to keep.

    An empty text forgets the draft. Raises ``RuleViolation`` if they wrote a comment after ``seen``, the
    newest entry that their page showed: the text may be part of it, and was overtaken on its way here.
    """
    waiting = Ticket.objects.select_for_update(of=("self",), no_key=True).filter(pk=ticket.pk)
    is_closed = waiting.values_list("status", flat=True).get() == Status.CLOSED
    own = ticket.activities.filter(actor=actor.person, comment__isnull=False)
    if seen is not None and own.filter(pk__gt=seen).exists():
        raise RuleViolation("sent", "You have written here since. Reload the page.")
    if not body or is_closed:
        ServerDraft.objects.filter(user=actor.person, ticket=ticket).delete()
        return False
    ServerDraft.objects.update_or_create(
        user=actor.person,
        ticket=ticket,
        defaults={"kind": kind, "body": body, "status": status, "updated_at": timezone.now()},
    )
    return True


def drop_drafts() -> int:
    """Delete drafts that can be sent no more: of closed tickets and of people who left; how many."""
    membership = Membership.objects.filter(
        user=OuterRef("user"), user__is_active=True, organization=OuterRef("ticket__organization")
    )
    is_here = Q(user__in=User.objects.agents().order_by().values("pk")) | Q(Exists(membership))
    return ServerDraft.objects.filter(Q(ticket__status=Status.CLOSED) | ~is_here).delete()[0]
