"""Billing groups: where costs go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from billing import events
from billing.models.changes import TierChange
from billing.models.groups import BilledProject, BillingGroup
from billing.models.invoices import Invoice
from orgs.actions.record import lock, record
from orgs.actor import Actor
from orgs.models import AuditArea, Organization, Project
from supportcenter.errors import RuleViolation


@dataclass(frozen=True)
class GroupDraft:
    """What can be said of a billing group. ``projects`` are those charged to it by choice."""

    name: str
    currency: str
    billed_to: str = ""
    is_default: bool = False
    projects: Sequence[Project] = ()


@transaction.atomic
def create_group(*, actor: Actor, organization: Organization, draft: GroupDraft) -> BillingGroup:
    """Add a billing group; the first of an organization is its default. Raises ``RuleViolation``."""
    organization = lock(organization)
    is_first = not organization.billing_groups.exists()
    group = BillingGroup(organization=organization, currency=draft.currency)
    _write(group, draft, is_default=draft.is_default or is_first)
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
    """Change a billing group. Raises ``RuleViolation``: the currency stays once there is an invoice."""
    organization = lock(group.organization)
    group = _present(group)
    before = _values(group)
    if draft.currency != group.currency and Invoice.objects.filter(billing_group=group).exists():
        raise RuleViolation(
            "currency_invoiced",
            "This group has invoices in its currency. Create another group for another currency.",
            field="currency",
        )
    group.currency = draft.currency
    _write(group, draft, is_default=draft.is_default or group.is_default)
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
    """Delete a group that nothing is charged to. Raises ``RuleViolation`` that says what is."""
    organization = lock(group.organization)
    group = _present(group)
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
    """Why a group cannot be deleted, in a sentence; empty if it can."""
    checks: list[tuple[Any, str]] = [
        (
            group.tier_periods.filter(ended_at=None),
            "Support is charged to this group. It cannot go while it pays for a tier.",
        ),
        (
            TierChange.objects.open().filter(billing_group=group),
            "A change of the support tier names this group. Cancel it first.",
        ),
        (
            BillingGroup.objects.filter(pk=group.pk, is_default=True),
            "This is the default group. Make another one the default first.",
        ),
        (group.billed_projects, "Projects are charged to this group. Charge them to another group first."),
        (group.invoices, "This group has invoices, which are kept."),
        (group.tier_periods, "Support was charged to this group, and that history is kept."),
        (group.tier_changes, "A change of the support tier named this group, and that history is kept."),
        (group.credit_notes, "This group has a credit, which is kept."),
    ]
    return next((reason for rows, reason in checks if rows.exists()), "")


def _present(group: BillingGroup) -> BillingGroup:
    """The group as it is now, once its organization is locked. Raises ``RuleViolation`` if it is gone."""
    present = BillingGroup.objects.filter(pk=group.pk).first()
    if present is None:
        raise RuleViolation("group_gone", "This billing group was deleted meanwhile.")
    return present


def _write(group: BillingGroup, draft: GroupDraft, *, is_default: bool) -> None:
    others = BillingGroup.objects.filter(organization=group.organization_id).exclude(pk=group.pk)
    if is_default:
        others.filter(is_default=True).update(is_default=False)
    group.name, group.billed_to, group.is_default = draft.name, draft.billed_to, is_default
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise RuleViolation(
            "group_name_taken", "There is a billing group of this name already.", field="name"
        ) from error
    _charge_projects(group, draft.projects)


def _charge_projects(group: BillingGroup, projects: Sequence[Project]) -> None:
    """Have exactly these projects charged to the group by choice; others fall back to the default."""
    chosen = {each.pk for each in projects}
    own = Project.objects.filter(unit__organization=group.organization_id)
    if own.filter(pk__in=chosen).count() != len(chosen):
        raise RuleViolation(
            "project_elsewhere", "Choose projects of your own organization.", field="projects"
        )
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
