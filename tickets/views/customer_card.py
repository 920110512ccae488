"""The customer of a ticket, for agents."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import formats, timezone

from billing.entitlements import Summary, summary_of
from orgs.models import Organization, User
from tickets.access import others_of
from tickets.models.ticket import Ticket
from tickets.states import Severity

SHOWN = 5
# Other open tickets are counted up to this number.
COUNTED = 100


@dataclass(frozen=True)
class CustomerCard:
    """The organization with its entitlement, its other open tickets and its local time."""

    organization: Organization
    entitlement: Summary
    targets: Sequence[tuple[str, str]]
    local_time: str
    manager: User | None
    others: Sequence[Ticket]
    others_count: str


def customer_card(ticket: Ticket) -> CustomerCard:
    """Return the customer card of a ticket; two to five queries."""
    organization = ticket.organization
    entitlement = summary_of(organization)
    others = list(others_of(ticket).values_list("pk", "subject")[: COUNTED + 1])
    return CustomerCard(
        organization=organization,
        entitlement=entitlement,
        targets=[(each.label, entitlement.targets[each]) for each in reversed(Severity)],
        local_time=formats.date_format(
            timezone.localtime(timezone=ZoneInfo(organization.time_zone)), "D H:i"
        ),
        manager=organization.account_manager,
        others=[Ticket(pk=pk, subject=subject) for pk, subject in others[:SHOWN]],
        others_count=f"more than {COUNTED}" if len(others) > COUNTED else str(len(others)),
    )
