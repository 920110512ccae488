"""Whether a mail may still go out: the only rule, for a single mail and for each line of a digest.

Hours can pass between an event and its mail, so everything is checked when the mail is sent.
"""

from collections.abc import Callable

from notifications.batch import Batch
from notifications.models.messages import EmailMessage, Reason
from notifications.recipients import opt_out
from orgs.roles import Capability
from tickets.models.conversation import ActivityKind

# People ask for these themselves, so neither an earlier bounce nor a closed account holds them back.
REQUESTED_KINDS = frozenset({"account", "member_invited"})


def reason_to_withhold(mail: EmailMessage, batch: Batch) -> str:
    """Return why a mail must not be sent now; empty if it may be."""
    if mail.kind not in REQUESTED_KINDS:
        if cause := batch.suppression_of(mail):
            return f"The address is suppressed: {cause}."
        if mail.recipient and not mail.recipient.is_active:
            return "The recipient's account is deactivated."
    check = CHECKS.get(mail.kind)
    return check(mail, batch) if check else ""


def reason_to_withhold_update(mail: EmailMessage, batch: Batch) -> str:
    """Return why a ticket's update must not reach its recipient, alone or in a digest; empty if it may."""
    assert mail.ticket  # noqa: S101 - mails of this kind are about a ticket
    assert mail.activity  # noqa: S101 - and about one entry of its history
    if mail.reason == Reason.FOLLOWER and mail.follow_id is None:
        return "The recipient no longer follows the ticket."
    event = ActivityKind(mail.activity.kind).event  # the event itself may be pruned already
    if opted_out := opt_out(event, mail.reason, batch.preferences_of(mail), is_muted=batch.has_muted(mail)):
        return opted_out
    if not batch.can_see(mail, mail.ticket):
        return "The recipient can no longer see the ticket."
    if mail.activity.is_internal and not batch.actor(mail).can(Capability.WORK_QUEUE):
        return "Internal entries are for staff only."
    return ""


def _digest(mail: EmailMessage, batch: Batch) -> str:
    reasons = [reason_to_withhold_update(each, batch) for each in batch.lines(mail)]
    return "" if "" in reasons else " ".join(["None of its updates can be sent.", *dict.fromkeys(reasons)])


def _invitation(mail: EmailMessage, batch: Batch) -> str:
    return "" if batch.invitation(mail) else "The invitation was already accepted or withdrawn."


def _tier_change(mail: EmailMessage, batch: Batch) -> str:
    actor, organization = batch.actor(mail), batch.tier_change(mail).organization
    if actor.can(Capability.MANAGE_ACCOUNTS) or actor.can(Capability.CHANGE_TIER, organization):
        return ""
    return "The recipient is no longer an admin of this organization."


def _invoice(mail: EmailMessage, batch: Batch) -> str:
    organization = batch.invoice(mail).billing_group.organization
    can_see = batch.actor(mail).can(Capability.SEE_INVOICES, organization)
    return "" if can_see else "The recipient can no longer see this organization's invoices."


def _duties_released(mail: EmailMessage, batch: Batch) -> str:
    is_lead = batch.actor(mail).can(Capability.LEAD_ESCALATIONS)
    return "" if is_lead else "The recipient is no longer a duty lead."


CHECKS: dict[str, Callable[[EmailMessage, Batch], str]] = {
    "ticket_update": reason_to_withhold_update,
    "digest": _digest,
    "member_invited": _invitation,
    "tier_change": _tier_change,
    "invoice_issued": _invoice,
    "duties_released": _duties_released,
}
