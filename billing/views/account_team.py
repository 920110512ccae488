"""The account team's pages: tier changes, organizations, custom SLAs, credits."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.access import (
    change_for,
    changes_for,
    changes_of,
    current_period,
    groups_of,
    invoices_of,
    open_credits_of,
    organizations_with_tier,
    outstanding_of,
)
from billing.accounts import amount_to_correct
from billing.actions.invoices import grant_credit
from billing.actions.sla import custom_sla_values, record_custom_sla, remove_custom_sla
from billing.actions.tier_changes import complete_tier_change, refuse_tier_change, start_setup
from billing.entitlements import entitlement_of, is_entitled, tier_of
from billing.forms import AccountManagerForm, CreditForm, CustomSlaForm, RefusalForm
from billing.models.changes import TierChange
from billing.outstanding import billing_start
from orgs.access import organization_for, person_choices, require, staff_with, summary_of
from orgs.actions.settings import change_account_manager
from orgs.actor import actor_of
from orgs.models import Organization
from orgs.roles import Capability
from supportcenter.combobox import Choice
from supportcenter.http import posted, render_form, search_text
from supportcenter.rules import attempt, submit

TEAM = Capability.MANAGE_ACCOUNTS


@require_safe
def tier_changes(request: HttpRequest) -> HttpResponse:
    """Open changes with their promised dates, and the latest decided ones."""
    waiting, decided = changes_for(actor_of(request))
    now = timezone.now()
    context = {"waiting": [(each, each.is_overdue(now)) for each in waiting], "decided": decided}
    return render(request, "billing/team_changes.html", context)


@require_safe
def tier_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change with its quote and the possible actions."""
    return _change_page(request, change_for(actor_of(request), pk), RefusalForm())


@require_POST
def setup(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the setup."""
    change = change_for(actor_of(request), pk)
    return _decide(
        request,
        change,
        lambda: start_setup(actor=actor_of(request), change=change),
        "Setup started. The organization's admins have been notified.",
    )


@require_POST
def completion(request: HttpRequest, pk: int) -> HttpResponse:
    """Complete the setup and activate the new tier."""
    change = change_for(actor_of(request), pk)
    return _decide(
        request,
        change,
        lambda: complete_tier_change(actor=actor_of(request), change=change),
        f"{change.organization} is now on {change.to_tier}. Its admins have been notified.",
    )


@require_POST
def refusal(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse a change, with a reason."""
    actor = actor_of(request)
    change = change_for(actor, pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _change_page(request, change, form)
    reason = form.cleaned_data["reason"]
    return _decide(
        request,
        change,
        lambda: refuse_tier_change(actor=actor, change=change, reason=reason),
        "Change refused. Your reason was sent to the organization's admins.",
    )


@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """Every organization with its tier and entitlement."""
    words = search_text(request, 100).strip()
    customers = organizations_with_tier(actor_of(request), words)
    return render(request, "billing/organizations.html", {"customers": customers, "words": words})


@require_safe
def organization(request: HttpRequest, slug: str) -> HttpResponse:
    """One organization, for the account team."""
    found = organization_for(actor_of(request), slug, capability=TEAM)
    form = CreditForm(None, organization=found, currency=settings.PRICE_CURRENCY)
    return _organization_page(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
def custom_sla(request: HttpRequest, slug: str) -> HttpResponse:
    """Record the targets agreed with an organization."""
    actor = actor_of(request)
    found = organization_for(actor, slug, capability=TEAM)
    known = custom_sla_values(found)
    form = CustomSlaForm(posted(request), initial=_sla_initial(found, known))
    if submit(form, lambda: record_custom_sla(actor=actor, organization=found, **form.agreed())):
        messages.success(request, "Custom SLA saved. It applies to new tickets from now on.")
        return redirect("billing:organization", slug)
    context = {"customer": found, "form": form, "is_known": bool(known), "tier": tier_of(found)}
    return render_form(request, "billing/custom_sla.html", context)


@require_POST
def account_manager(request: HttpRequest, slug: str) -> HttpResponse:
    """Set an organization's account manager."""
    actor = actor_of(request)
    found = organization_for(actor, slug, capability=TEAM)
    form = AccountManagerForm(request.POST, organization=found)
    if changed := submit(
        form, lambda: change_account_manager(actor=actor, organization=found, **form.cleaned_data)
    ):
        messages.success(request, f"Account manager: {changed.account_manager or 'none'}.")
    else:
        messages.error(request, str(form.errors["manager"][0]))
    return redirect("billing:organization", slug)


def managers(request: HttpRequest) -> list[Choice]:
    """Return the staff who can be account managers, for the account team."""
    require(actor_of(request), TEAM)
    return person_choices(staff_with(TEAM))


@require_POST
def sla_removal(request: HttpRequest, slug: str) -> HttpResponse:
    """Remove the custom SLA."""
    actor = actor_of(request)
    found = organization_for(actor, slug, capability=TEAM)
    remove_custom_sla(actor=actor, organization=found)
    messages.success(request, "Custom SLA removed. The tier's own targets apply to new tickets.")
    return redirect("billing:organization", slug)


@require_POST
def credit(request: HttpRequest, slug: str) -> HttpResponse:
    """Grant a credit on the next invoice."""
    actor = actor_of(request)
    found = organization_for(actor, slug, capability=TEAM)
    form = CreditForm(request.POST, organization=found, currency=settings.PRICE_CURRENCY)
    if submit(form, lambda: grant_credit(actor=actor, **form.cleaned_data)):
        messages.success(request, "Credit granted. It will appear on the group's next invoice.")
        return redirect("billing:organization", slug)
    return _organization_page(request, found, form)


def _organization_page(request: HttpRequest, found: Organization, form: CreditForm) -> HttpResponse:
    period = current_period(found)
    context = {
        "customer": found,
        "price": period.price.summary(settings.PRICE_CURRENCY) if period else "",
        "manager_form": AccountManagerForm(organization=found),
        "entitlement": entitlement_of(found),
        "is_entitled": is_entitled(found),
        "period": period,
        "sla": custom_sla_values(found),
        "tier": tier_of(found),
        "summary": summary_of(found),
        "groups": groups_of(found),
        "changes": changes_of(found)[:10],
        "invoices": invoices_of(found)[:12],
        "credits": open_credits_of(found),
        "invoiced_from": billing_start(found),
        "outstanding": outstanding_of(found),
        "to_correct": amount_to_correct(found),
        "currency": settings.PRICE_CURRENCY,
        "form": form,
    }
    return render_form(request, "billing/organization.html", context)


def _change_page(request: HttpRequest, change: TierChange, form: RefusalForm) -> HttpResponse:
    context = {
        "change": change,
        "quote": change.quote,
        "is_overdue": change.is_overdue(timezone.now()),
        "form": form,
    }
    return render_form(request, "billing/team_change.html", context)


def _decide(
    request: HttpRequest, change: TierChange, decide: Callable[[], object], done: str
) -> HttpResponse:
    """Run a decision and show the change again."""
    attempt(request, decide, done)
    return redirect("billing:team_change", change.pk)


def _sla_initial(organization: Organization, known: dict[str, object]) -> dict[str, object]:
    """Return the recorded SLA, or else the tier's own targets as a starting point."""
    if known:
        minutes = known["minutes"]
        assert isinstance(minutes, dict)  # noqa: S101 - custom_sla_values made it
        return {**known, **minutes}
    targets = entitlement_of(organization).targets
    return {
        "calendar": tier_of(organization).calendar.code,
        "time_zone": organization.time_zone,
        **{severity: each.minutes for severity, each in targets.items()},
    }
