"""The calendars and tiers of a new site: example values for staff to edit."""

from decimal import Decimal
from typing import Any

from billing.calendars import ALWAYS, BUSINESS, WEEKDAYS, Week

# code, name, week, observes public holidays
STARTING_CALENDARS: list[tuple[str, str, Week, bool]] = [
    ("24x7", "24×7", ALWAYS, False),
    ("24x5", "24×5 (Mon–Fri)", WEEKDAYS, False),
    ("business", "Mon–Fri 09:00–17:00", BUSINESS, True),
]

# code, name, calendar, phone, minimum, percent, and minutes (or business days, as best effort) by severity
STARTING_TIERS: list[dict[str, Any]] = [
    {
        "code": "basic",
        "name": "Basic",
        "calendar": "business",
        "business_days": {"low": 1, "high": 1, "critical": 0},
    },
    {
        "code": "essential",
        "name": "Essential",
        "calendar": "24x5",
        "minimum_amount": Decimal(500),
        "percentage": Decimal("4.5"),
        "minutes": {"low": 720, "high": 240, "critical": 60},
    },
    {
        "code": "advanced",
        "name": "Advanced",
        "calendar": "24x7",
        "minimum_amount": Decimal(2000),
        "percentage": Decimal(7),
        "minutes": {"low": 720, "high": 60, "critical": 30},
    },
    {
        "code": "premium",
        "name": "Premium",
        "calendar": "24x7",
        "has_phone": True,
        "allows_custom_sla": True,
        "minimum_amount": Decimal(10000),
        "percentage": Decimal(10),
        "minutes": {"low": 480, "high": 30, "critical": 15},
    },
]
