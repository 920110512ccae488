"""What this app does when something happened: one mail row for each recipient."""

from django.db.models import QuerySet

from notifications import bell
from notifications.models import EmailMessage, Follow
from notifications.recipients import EVENTS, People, recipients
from orgs import events as org_events
from orgs.models import Invitation, Membership, User
from orgs.roles import ORGANIZATION_CAPABILITIES, Capability
from supportcenter.outbox.models import OutboxMessage
from supportcenter.outbox.registry import subscribe
from tickets.models import Ticket


@subscribe("notifications.ticket", *sorted(EVENTS))
def tell_people_on_ticket(message: OutboxMessage) -> None:
    """Queue the mails about one event of a ticket; running it twice queues them once."""
    ticket = Ticket.objects.select_related("organization").get(pk=message.payload["ticket"])
    reasons = recipients(message.name, _people_around(ticket), actor_id=message.actor_id)
    EmailMessage.objects.bulk_create(
        (
            EmailMessage(
                kind="ticket_update",
                recipient=user,
                to_address=user.email,
                reason=reasons[user.pk],
                event=message,
                ticket=ticket,
                activity_id=message.payload["activity"],
            )
            for user in User.objects.filter(pk__in=reasons, is_active=True)
        ),
        ignore_conflicts=True,
    )
    bell.ring_on_commit()


def _people_around(ticket: Ticket) -> People:
    allowed = _who_may_follow(ticket.organization_id)
    follows = Follow.objects.filter(organization=ticket.organization_id, user__in=allowed.values("user"))
    return People(
        requester=ticket.requester_id,
        assignee=ticket.assignee_id,
        participants=frozenset(ticket.participants.values_list("user_id", flat=True)),
        leads=frozenset(User.objects.duty_leads().values_list("pk", flat=True)),
        followers=frozenset(follows.values_list("user_id", flat=True)),
        organization=ticket.organization.name,
    )


def _who_may_follow(organization_id: int) -> QuerySet[Membership]:
    roles = [
        role
        for role, granted in ORGANIZATION_CAPABILITIES.items()
        if Capability.FOLLOW_ALL_TICKETS in granted
    ]
    return Membership.objects.filter(organization=organization_id, role__in=roles)


@subscribe("notifications.follows", org_events.MEMBER_REMOVED, org_events.MEMBER_ROLE_CHANGED)
def end_following(message: OutboxMessage) -> None:
    """Forget that somebody followed an organization once their role there no longer allows it.

    Mails stop with the role itself; without the row following would come back with the role, unasked.
    """
    organization, user = message.payload["organization"], message.payload["user"]
    if not _who_may_follow(organization).filter(user=user).exists():
        Follow.objects.filter(organization=organization, user=user).delete()


@subscribe("notifications.invitation", org_events.MEMBER_INVITED)
def tell_invited(message: OutboxMessage) -> None:
    """Queue the mail with the link of an invitation, unless it was withdrawn meanwhile."""
    invitation = Invitation.objects.filter(pk=message.payload["invitation"], accepted_at=None).first()
    if invitation is None:
        return
    EmailMessage.objects.bulk_create(
        [
            EmailMessage(
                kind="member_invited",
                to_address=invitation.email,
                event=message,
                content={"invitation": invitation.pk},
            )
        ],
        ignore_conflicts=True,
    )
    bell.ring_on_commit()
