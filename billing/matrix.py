"""The tiers side by side, as rows of text. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.entitlements import Entitlement, target_label
from billing.forms import price_label
from billing.models.tiers import SEVERITIES, SupportTier, TargetKind


@dataclass(frozen=True)
class Matrix:
    """A table with a column for each tier; ``rows`` are a label and a cell for each tier."""

    tiers: Sequence[SupportTier]
    rows: Sequence[tuple[str, Sequence[str]]]


def matrix(tiers: Sequence[SupportTier], promised: Sequence[Entitlement], currency: str) -> Matrix:
    """Compare first responses, hours, phone and price of all tiers; ``promised`` is in the tiers' order."""
    rows = [
        (f"First response, {label}", [each.targets[severity].label for each in promised])
        for severity, label in SEVERITIES
    ]
    rows.append(("Support hours", [each.hours_label for each in promised]))
    rows.append(("Phone", ["For Critical" if tier.has_phone else "No" for tier in tiers]))
    rows.append(("Custom SLA", ["Available" if tier.allows_custom_sla else "No" for tier in tiers]))
    rows.append(("Price", [price_label(tier, currency) for tier in tiers]))
    return Matrix(tiers, rows)


def promises(tier: SupportTier) -> list[tuple[str, str]]:
    """Return a tier's targets by kind, as text by severity: “Low 12 hours · High 4 hours”."""
    found = {
        (each.kind, each.severity): target_label(each.minutes, each.business_days)
        for each in tier.targets.all()
    }
    lines = [
        (kind.label, [f"{label} {found[kind, code]}" for code, label in SEVERITIES if (kind, code) in found])
        for kind in TargetKind
    ]
    return [(label, " · ".join(words)) for label, words in lines if words]
