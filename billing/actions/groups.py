"""Billing groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from billing import events
from billing.models.changes import TierChange
from billing.models.groups import BilledProject, BillingGroup
from billing.models.invoices import Invoice
from orgs.actions.record import lock, record
from orgs.actor import Actor
from orgs.models import AuditArea, Organization, Project
from supportcenter.errors import RuleViolation, enforced_by_database


@dataclass(frozen=True)
class GroupDraft:
    """The fields of a billing group. ``projects`` are those assigned to it explicitly."""

    name: str
    currency: str
    billed_to: str = ""
    is_default: bool = False
    projects: Sequence[Project] = ()


@transaction.atomic
def create_group(*, actor: Actor, organization: Organization, draft: GroupDraft) -> BillingGroup:
    """Create a billing group; an organization's first becomes its default. Raises ``RuleViolation``."""
    organization = lock(organization)
    is_first = not organization.billing_groups.exists()
    group = BillingGroup(organization=organization, currency=draft.currency)
    _save(group, draft, is_default=draft.is_default or is_first)
    record(
        organization,
        AuditArea.BILLING,
        events.BILLING_GROUP_CREATED,
        f"Billing group {group} created",
        actor=actor,
        after=_values(group),
        billing_group=group.pk,
    )
    return group


@transaction.atomic
def edit_group(*, actor: Actor, group: BillingGroup, draft: GroupDraft) -> BillingGroup:
    """Edit a billing group. Raises ``RuleViolation`` if it has invoices and the currency changes."""
    organization = lock(group.organization)
    group = _reload(group)
    before = _values(group)
    if draft.currency != group.currency and Invoice.objects.filter(billing_group=group).exists():
        raise RuleViolation(
            "currency_invoiced",
            "This group has invoices in its currency. To use another currency, create another group.",
            field="currency",
        )
    group.currency = draft.currency
    _save(group, draft, is_default=draft.is_default or group.is_default)
    after = _values(group)
    if after == before:
        return group
    record(
        organization,
        AuditArea.BILLING,
        events.BILLING_GROUP_CHANGED,
        f"Billing group {group} changed",
        actor=actor,
        before={key: value for key, value in before.items() if after[key] != value},
        after={key: value for key, value in after.items() if before[key] != value},
        billing_group=group.pk,
    )
    return group


@transaction.atomic
def delete_group(*, actor: Actor, group: BillingGroup) -> None:
    """Delete a group that nothing is charged to. Raises ``RuleViolation`` with the reason if it is in use."""
    organization = lock(group.organization)
    group = _reload(group)
    if reason := deletion_blocker(group):
        raise RuleViolation("group_in_use", reason)
    before = _values(group)
    group.delete()
    record(
        organization,
        AuditArea.BILLING,
        events.BILLING_GROUP_DELETED,
        f"Billing group {before['name']} ({before['currency']}) deleted",
        actor=actor,
        before=before,
    )


def deletion_blocker(group: BillingGroup) -> str:
    """Return why a group can't be deleted, as a sentence; empty if it can."""
    checks: list[tuple[Any, str]] = [
        (
            group.tier_periods.filter(ended_at=None),
            "The support tier is charged to this group. Choose another group for it first.",
        ),
        (
            TierChange.objects.open().filter(billing_group=group),
            "An open tier change uses this group. Cancel it first.",
        ),
        (
            BillingGroup.objects.filter(pk=group.pk, is_default=True),
            "This is the default group. Make another group the default first.",
        ),
        (group.billed_projects, "Projects are charged to this group. Assign them to another group first."),
        (group.invoices, "This group has invoices, so it can't be deleted."),
        (group.tier_periods, "Support was charged to this group in the past, so it can't be deleted."),
        (group.tier_changes, "A past tier change used this group, so it can't be deleted."),
        (group.credit_notes, "This group has a credit, so it can't be deleted."),
    ]
    return next((reason for rows, reason in checks if rows.exists()), "")


def _reload(group: BillingGroup) -> BillingGroup:
    """Return the current row, after locking its organization. Raises ``RuleViolation`` if it was deleted."""
    current = BillingGroup.objects.filter(pk=group.pk).first()
    if current is None:
        raise RuleViolation("group_gone", "This billing group has been deleted.")
    return current


def _save(group: BillingGroup, draft: GroupDraft, *, is_default: bool) -> None:
    others = BillingGroup.objects.filter(organization=group.organization_id).exclude(pk=group.pk)
    if is_default:
        others.filter(is_default=True).update(is_default=False)
    group.name, group.billed_to, group.is_default = draft.name, draft.billed_to, is_default
    taken = "A billing group with this name already exists."
    with enforced_by_database("group_name_taken", taken, field="name"):
        group.save()
    _assign_projects(group, draft.projects)


def _assign_projects(group: BillingGroup, projects: Sequence[Project]) -> None:
    """Assign exactly these projects to the group; others fall back to the default group."""
    chosen = {each.pk for each in projects}
    own = Project.objects.filter(unit__organization=group.organization_id)
    if own.filter(pk__in=chosen).count() != len(chosen):
        raise RuleViolation("project_elsewhere", "Choose projects in your organization.", field="projects")
    group.billed_projects.exclude(project__in=chosen).delete()
    BilledProject.objects.bulk_create(
        [BilledProject(project_id=pk, billing_group=group) for pk in sorted(chosen)],
        update_conflicts=True,
        unique_fields=["project"],
        update_fields=["billing_group"],
    )


def _values(group: BillingGroup) -> dict[str, object]:
    return {
        "name": group.name,
        "currency": group.currency,
        "billed_to": group.billed_to,
        "is_default": group.is_default,
        "projects": sorted(group.billed_projects.values_list("project__name", flat=True)),
    }
