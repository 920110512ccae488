"""Queue one mail for each recipient of an event."""

from collections.abc import Iterable
from typing import Any

from billing import events as billing_events
from billing.models.changes import TierChange
from billing.models.invoices import Invoice
from notifications import nudge
from notifications.fan_out import queue_mails
from notifications.lanes import lane_of
from notifications.models.messages import EmailMessage
from notifications.recipients import EVENTS, URGENT_EVENTS
from orgs import events as org_events
from orgs.access import people_with, staff_with
from orgs.models import Invitation, Membership, User
from orgs.roles import Capability
from supportcenter.outbox.models import OutboxMessage
from supportcenter.outbox.registry import mark_urgent, subscribe
from tickets import events as ticket_events
from tickets.models.following import Follow

# The account team is notified about these tier changes, admins about all that are not in TEAM_ONLY.
TEAM_EVENTS = {
    billing_events.TIER_CHANGE_REQUESTED,
    billing_events.TIER_CHANGE_CANCELED,
    billing_events.TIER_CHANGE_OVERDUE,
}
TEAM_ONLY = {billing_events.TIER_CHANGE_OVERDUE}
TIER_EVENTS = TEAM_EVENTS | {
    billing_events.TIER_CHANGE_SETUP_STARTED,
    billing_events.TIER_CHANGE_ACTIVATED,
    billing_events.TIER_CHANGE_REFUSED,
}

mark_urgent(*URGENT_EVENTS)


@subscribe("notifications.ticket", *sorted(EVENTS))
def notify_about_ticket(message: OutboxMessage) -> None:
    """Queue the mails about an event of a ticket; running it twice queues them once."""
    queue_mails(message)
    (nudge.deliver_urgent if message.name in URGENT_EVENTS else nudge.deliver).send_on_commit()


@subscribe("notifications.follows", org_events.MEMBER_REMOVED, org_events.MEMBER_ROLE_CHANGED)
def delete_follows(message: OutboxMessage) -> None:
    """Delete a person's follow rules in an organization once their role there no longer allows them.

    Mails stop with the role itself, but with the rules left they would come back with the role, unasked.
    """
    organization, user = message.payload["organization"], message.payload["user"]
    may_follow = Membership.objects.that_can(Capability.FOLLOW_ALL_TICKETS, organization)
    if not may_follow.filter(user=user).exists():
        Follow.objects.filter(organization=organization, user=user).delete()


@subscribe("notifications.invitation", org_events.MEMBER_INVITED)
def mail_invitation(message: OutboxMessage) -> None:
    """Queue the mail with an invitation's link, unless it was withdrawn in the meantime."""
    invitation = Invitation.objects.filter(pk=message.payload["invitation"], accepted_at=None).first()
    if invitation is None:
        return
    EmailMessage.objects.bulk_create(
        [
            EmailMessage(
                kind="member_invited",
                lane=lane_of("member_invited"),
                to_address=invitation.email,
                event=message,
                content={"invitation": invitation.pk},
            )
        ],
        ignore_conflicts=True,
    )
    nudge.deliver.send_on_commit()


@subscribe("notifications.tier_change", *sorted(TIER_EVENTS))
def notify_about_tier_change(message: OutboxMessage) -> None:
    """Queue the mails about a step of a tier change to admins and account team."""
    change = TierChange.objects.select_related("organization").get(pk=message.payload["tier_change"])
    admins = people_with(change.organization, Capability.CHANGE_TIER)
    team = staff_with(Capability.MANAGE_ACCOUNTS)
    people = [person for person in admins if message.name not in TEAM_ONLY]
    people += [person for person in team if message.name in TEAM_EVENTS]
    _queue(message, "tier_change", people, {"tier_change": change.pk, "event": message.name})


@subscribe("notifications.invoice", billing_events.INVOICE_ISSUED)
def notify_about_invoice(message: OutboxMessage) -> None:
    """Queue the mails about a new invoice, to everyone who may see it."""
    invoice = Invoice.objects.select_related("billing_group__organization").get(pk=message.payload["invoice"])
    readers = people_with(invoice.billing_group.organization, Capability.SEE_INVOICES)
    _queue(message, "invoice_issued", readers, {"invoice": invoice.pk})


@subscribe("notifications.duties_released", ticket_events.DUTIES_RELEASED)
def notify_about_released_duties(message: OutboxMessage) -> None:
    """Queue one mail to each duty lead about everything that someone who left had."""
    _queue(message, "duties_released", staff_with(Capability.LEAD_ESCALATIONS), dict(message.payload))


def _queue(message: OutboxMessage, kind: str, people: Iterable[User], content: dict[str, Any]) -> None:
    """Queue one mail for each person; running it twice queues them once."""
    EmailMessage.objects.bulk_create(
        (
            EmailMessage(
                kind=kind,
                lane=lane_of(kind),
                recipient=user,
                to_address=user.email,
                event=message,
                content=content,
            )
            for user in people
        ),
        ignore_conflicts=True,
    )
    nudge.deliver.send_on_commit()
