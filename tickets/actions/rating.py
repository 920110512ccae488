"""Ratings of solved tickets."""

from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from supportcenter.errors import RuleViolation
from tickets.actions.record import lock, record
from tickets.models.conversation import ActivityKind
from tickets.models.people import Rating
from tickets.models.ticket import Ticket
from tickets.permissions import may_rate


@transaction.atomic
def rate(*, actor: Actor, ticket: Ticket, score: int, comment: str = "") -> Rating:
    """Rate a solved ticket from 1 to 5, or change the rating within seven days of the first.

    Raises ``RuleViolation`` before the ticket is solved, after those days, and unless the actor is the
    requester or an organization admin.
    """
    ticket = lock(ticket)
    now = timezone.now()
    present = Rating.objects.filter(ticket=ticket).first()
    if not may_rate(actor, ticket, present.rated_at if present else None, now):
        raise RuleViolation("not_ratable", "This ticket can't be rated now.")
    values = {"score": score, "comment": comment, "rated_by": actor.person}
    if present:
        before = {"score": present.score, "comment": present.comment}
        Rating.objects.filter(pk=present.pk).update(**values)
        present.refresh_from_db()
    else:
        before = {}
        present = Rating.objects.create(ticket=ticket, rated_at=now, **values)
    record(
        ticket,
        ActivityKind.RATED,
        actor=actor,
        before=before,
        after={"score": score, "comment": comment},
    )
    return present
