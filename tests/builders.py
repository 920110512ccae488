"""Builders: one call makes one thing, through the actions that the product uses."""

import html
import re
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing.actions.invoices import close_month
from billing.actions.tier_changes import request_tier_change
from billing.models.changes import TierChange
from billing.models.charges import ServiceCharge
from billing.models.invoices import Invoice
from billing.models.tiers import SupportTier
from billing.quote import digest
from billing.quote_inputs import quote_for
from orgs.models import Organization, Service, User
from tests.cast import actor
from tickets.actions.comments import add_comment
from tickets.actions.opening import TicketDraft, open_ticket
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import Comment
from tickets.models.ticket import Ticket


def draft(**changes: Any) -> TicketDraft:
    values: dict[str, Any] = {
        "submission_key": uuid.uuid4(),
        "subject": "Consumer lag grows",
        "severity": "high",
        "product": Product.objects.get(code="kafka"),
        "reason": Reason.objects.get(code="performance"),
        "description": "The lag of group `billing` grows since this morning.",
    }
    return TicketDraft(**values | changes)


def ticket(requester: User, organization: Organization, **changes: Any) -> Ticket:
    return open_ticket(actor=actor(requester), organization=organization, draft=draft(**changes))


def comment(author: User, on: Ticket, body: str = "Any news?", **changes: Any) -> Comment:
    return add_comment(actor=actor(author), ticket=on, body=body, **changes)


def tier_change(admin: User, organization: Organization, tier: str, **changes: Any) -> TierChange:
    """Request a tier at its current quote, as the pages do."""
    wanted = SupportTier.objects.get(code=tier)
    group = changes.pop("group", None) or organization.billing_groups.get(is_default=True)
    seen = digest(quote_for(organization, wanted, group, timezone.now()))
    return request_tier_change(
        actor=actor(admin), organization=organization, tier=wanted, billing_group=group, confirmed=seen
    )


def charge(service: Service, day: date, amount: str = "100") -> ServiceCharge:
    return ServiceCharge.objects.create(service=service, charged_on=day, amount=Decimal(amount))


def invoice(service: Service, month: date = date(2026, 10, 1), amount: str = "100") -> Invoice:
    """Return the invoice of a month in which one service was charged once."""
    charge(service, month, amount)
    organization = service.project.unit.organization
    close_month(organization=organization, month=month)
    return Invoice.objects.get(billing_group__organization=organization, month=month)


def options(response: Any) -> list[str]:
    """Return what each suggestion of a combobox would put into its field."""
    return [html.unescape(each) for each in re.findall(r'data-value="([^"]*)"', response.content.decode())]


def form_data(**changes: Any) -> dict[str, Any]:
    """Return what a browser posts with the create form."""
    return {
        "submission_key": str(uuid.uuid4()),
        "cc": "",
        "subject": "Consumer lag grows",
        "severity": "high",
        "product": "kafka",
        "reason": "performance",
        "description": "The lag of group `billing` grows since this morning.",
    } | changes
