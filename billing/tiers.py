"""The tiers that a new site starts with: example values, meant to be edited by staff."""

from decimal import Decimal
from typing import Any

from billing.calendars import Hours

# code, name, hours, phone, minimum, percent, and minutes (or business days, as best effort) by severity
STARTING_TIERS: list[dict[str, Any]] = [
    {
        "code": "basic",
        "name": "Basic",
        "hours": Hours.BUSINESS,
        "business_days": {"low": 1, "high": 1, "critical": 0},
    },
    {
        "code": "essential",
        "name": "Essential",
        "hours": Hours.WEEKDAYS,
        "minimum_amount": Decimal(500),
        "percentage": Decimal("4.5"),
        "minutes": {"low": 720, "high": 240, "critical": 60},
    },
    {
        "code": "advanced",
        "name": "Advanced",
        "hours": Hours.ALWAYS,
        "minimum_amount": Decimal(2000),
        "percentage": Decimal(7),
        "minutes": {"low": 720, "high": 60, "critical": 30},
    },
    {
        "code": "premium",
        "name": "Premium",
        "hours": Hours.ALWAYS,
        "has_phone": True,
        "allows_custom_sla": True,
        "minimum_amount": Decimal(10000),
        "percentage": Decimal(10),
        "minutes": {"low": 480, "high": 30, "critical": 15},
    },
]
