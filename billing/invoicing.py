"""Invoice lines, from charges and tiers. Pure.

One rule makes every invoice: what is owed for a month minus what was already invoiced for it. For the month
that is being closed, nothing was; for closed months the difference is a correction, up or down.
See docs/decisions/0011-invoices-by-difference.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing.models.invoices import LineKind
from billing.money import round_amount
from billing.proration import Span, SupportPart, support_parts


@dataclass(frozen=True)
class Line:
    """A line before its invoice is issued, in the currency of prices. ``credit_id``: its credit note."""

    group_id: int
    kind: LineKind
    month: date
    project_id: int | None
    text: str
    base_amount: Decimal
    details: dict[str, Any] = field(default_factory=dict)
    credit_id: int | None = None


@dataclass(frozen=True)
class Credit:
    """A credit note that is on no invoice yet; the amount is positive."""

    id: int
    group_id: int
    base_amount: Decimal
    reason: str


@dataclass(frozen=True)
class Account:
    """Everything about an organization that its invoices depend on.

    ``charges`` are sums by month and project; ``billed`` is what has been invoiced, by month and project
    (None: support). ``projects`` are their names, ``groups`` the billing groups chosen for projects, and
    ``currencies`` those of all billing groups. ``default_group`` is 0 where there is no billing group.
    """

    zone: ZoneInfo
    currency: str
    spans: Sequence[Span]
    charges: Mapping[date, Mapping[int, Decimal]]
    projects: Mapping[int, str]
    groups: Mapping[int, int]
    default_group: int
    billed: Mapping[tuple[date, int | None], Decimal]
    currencies: Mapping[int, str] = field(default_factory=dict)
    closed: frozenset[date] = frozenset()
    credits: Sequence[Credit] = ()

    def charges_of(self, month: date) -> Decimal:
        """Return the month's service charges of the whole organization."""
        return sum(self.charges.get(month, {}).values(), Decimal(0))

    def support_of(self, month: date) -> list[SupportPart]:
        """Return the cost of support in a month, by tier."""
        charges = self.charges_of(month)
        return support_parts(self.spans, month=month, zone=self.zone, charges=charges, currency=self.currency)


def invoice_lines(account: Account, month: date) -> dict[int, list[Line]]:
    """Return the lines of the invoices that closing a month issues, by billing group (0: none to charge).

    On each the month's own lines come first, then corrections of closed months, then open credits.
    """
    lines = lines_of_month(account, month) + corrections(account, account.closed - {month})
    lines += [_credit_line(each, month) for each in account.credits]
    by_group: dict[int, list[Line]] = {}
    for line in lines:
        by_group.setdefault(line.group_id, []).append(line)
    return dict(sorted(by_group.items()))


def lines_of_month(account: Account, month: date) -> list[Line]:
    """Return the lines of a month that is being closed: projects by name, then support by day."""
    services = [
        Line(
            account.groups.get(project, account.default_group),
            LineKind.SERVICES,
            month,
            project,
            f"Services of project {account.projects[project]}",
            amount,
        )
        for project, amount in _by_name(account, account.charges.get(month, {}))
        if amount
    ]
    parts = [part for part in account.support_of(month) if part.amount]
    return services + [_support_line(account, month, part) for part in parts]


def corrections(account: Account, closed: Iterable[date]) -> list[Line]:
    """Return the differences for closed months: none unless charges or tiers changed after closing."""
    lines: list[Line] = []
    for month in sorted(closed):
        charged = account.charges.get(month, {})
        known = {project for of_month, project in account.billed if of_month == month and project is not None}
        for project, _ in _by_name(account, {key: Decimal(0) for key in known | set(charged)}):
            owed = charged.get(project, Decimal(0))
            about = f"services of project {account.projects[project]}"
            group = account.groups.get(project, account.default_group)
            lines += _difference(account, (month, project), owed, group=group, about=about)
        parts = account.support_of(month)
        owed = sum((part.amount for part in parts), Decimal(0))
        payer = next((part.span.group_id for part in reversed(parts) if part.span.group_id), None)
        group = payer or account.default_group
        lines += _difference(account, (month, None), owed, group=group, about="support")
    return lines


def _credit_line(credit: Credit, month: date) -> Line:
    text = f"Credit: {credit.reason}"
    return Line(credit.group_id, LineKind.CREDIT, month, None, text, -credit.base_amount, credit_id=credit.id)


def _difference(
    account: Account, key: tuple[date, int | None], owed: Decimal, *, group: int, about: str
) -> list[Line]:
    month, project = key
    billed = account.billed.get(key, Decimal(0))
    if owed == billed:
        return []
    details = {"owed": str(owed), "billed": str(billed)}
    text = f"Correction for {month:%B %Y}: {about}"
    return [Line(group, LineKind.CORRECTION, month, project, text, owed - billed, details)]


def _support_line(account: Account, month: date, part: SupportPart) -> Line:
    price, charges = part.span.price, account.charges_of(month)
    full = price.of_month(charges)
    formula = price.formula(charges, account.currency)
    days = f"{part.first_day.day}–{part.last_day:%-d %B %Y}"
    return Line(
        part.span.group_id or account.default_group,
        LineKind.SUPPORT,
        month,
        None,
        f"Support tier {part.span.tier}, {days}: {part.days} of {part.days_in_month} days, {formula}",
        part.amount,
        {
            "tier": part.span.tier,
            "minimum": str(price.minimum),
            "percentage": str(price.percentage),
            "charges": str(charges),
            "full_month": str(round_amount(full, account.currency)),
            "days": part.days,
            "days_in_month": part.days_in_month,
            "first_day": part.first_day.isoformat(),
            "last_day": part.last_day.isoformat(),
        },
    )


def _by_name(account: Account, amounts: Mapping[int, Decimal]) -> list[tuple[int, Decimal]]:
    return sorted(amounts.items(), key=lambda item: account.projects[item[0]])
