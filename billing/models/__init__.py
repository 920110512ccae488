"""What can be bought, who bought it when, and what it cost."""

from billing.models.calendars import CalendarVersion, SupportCalendar
from billing.models.changes import ChangeStatus, TierChange
from billing.models.charges import ExchangeRate, ServiceCharge
from billing.models.groups import BilledProject, BillingGroup
from billing.models.invoices import CreditNote, Invoice, InvoiceLine, LineKind, MonthClose
from billing.models.tiers import (
    CustomSla,
    CustomSlaTarget,
    SlaTarget,
    SupportTier,
    TargetKind,
    TierPeriod,
)

__all__ = [
    "BilledProject",
    "BillingGroup",
    "CalendarVersion",
    "ChangeStatus",
    "CreditNote",
    "CustomSla",
    "CustomSlaTarget",
    "ExchangeRate",
    "Invoice",
    "InvoiceLine",
    "LineKind",
    "MonthClose",
    "ServiceCharge",
    "SlaTarget",
    "SupportCalendar",
    "SupportTier",
    "TargetKind",
    "TierChange",
    "TierPeriod",
]
