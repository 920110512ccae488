"""Changing the support tier in steps: choose a tier, select a billing group, confirm the quote.

Every step is a page whose address holds the earlier choices, so that the back button, reloading and a second
tab just work.
"""

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing import quote
from billing.access import (
    change_of,
    changes_of,
    current_period,
    group_of,
    open_change_of,
    tier_by_code,
    tiers,
)
from billing.actions.tier_changes import cancel_tier_change, request_tier_change
from billing.entitlements import entitlement_of, is_entitled, standard_entitlement, tier_of
from billing.forms import GroupChoiceForm, TierForm
from billing.matrix import matrix
from billing.models.changes import TierChange
from billing.quote_inputs import quote_for
from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.models import Organization
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import attempt, submit


@require_safe
def support_tier(request: HttpRequest, slug: str) -> HttpResponse:
    """The current tier compared with the others, the open change, and earlier ones."""
    organization = _organization(request, slug, Capability.MANAGE_ORGANIZATION)
    every_tier = list(tiers())
    promised = [standard_entitlement(tier, organization) for tier in every_tier]
    context = {
        "organization": organization,
        "present": tier_of(organization),
        "period": current_period(organization),
        "entitlement": entitlement_of(organization),
        "matrix": matrix(every_tier, promised, settings.PRICE_CURRENCY),
        "is_entitled": is_entitled(organization),
        "open_change": open_change_of(organization),
        "changes": changes_of(organization),
    }
    return render(request, "billing/tier.html", context)


@require_safe
def choice(request: HttpRequest, slug: str) -> HttpResponse:
    """Step 1: choose a tier."""
    organization = _organization(request, slug)
    if blocked := _blocked(request, organization):
        return blocked
    present = tier_of(organization)
    others = [tier for tier in tiers() if tier != present]
    form = TierForm(request.GET or None, tiers=others, currency=settings.PRICE_CURRENCY)
    if form.is_valid():
        return redirect("billing:tier_group", slug, form.cleaned_data["tier"])
    context = {"organization": organization, "present": present, "form": form}
    return render(request, "billing/tier_choice.html", context)


@require_safe
def group(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Step 2: select a billing group. The free tier charges nothing and skips this step."""
    organization = _organization(request, slug)
    tier = tier_by_code(code)
    if blocked := _blocked(request, organization):
        return blocked
    period = current_period(organization)
    charged = period.billing_group if period else None
    if tier.is_free and charged:
        return redirect("billing:tier_quote", slug, code, charged.pk)
    form = GroupChoiceForm(request.GET or None, organization=organization, initial={"billing_group": charged})
    if form.is_valid():
        return redirect("billing:tier_quote", slug, code, form.cleaned_data["billing_group"].pk)
    return render(
        request, "billing/tier_group.html", {"organization": organization, "tier": tier, "form": form}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest, slug: str, code: str, group_id: int) -> HttpResponse:
    """Step 3: confirm the quote."""
    actor = actor_of(request)
    organization = _organization(request, slug)
    tier, billing_group = tier_by_code(code), group_of(organization, group_id)
    form = Form(posted(request))  # has no fields; it only holds the error
    made = submit(
        form,
        lambda: request_tier_change(
            actor=actor,
            organization=organization,
            tier=tier,
            billing_group=billing_group,
            confirmed=request.POST.get("confirmed", ""),
        ),
    )
    if made:
        messages.success(request, _next_step(made))
        return redirect("billing:tier", slug)
    if not form.is_bound and (blocked := _blocked(request, organization)):
        return blocked
    quoted = quote_for(organization, tier, billing_group, timezone.now())
    context = {
        "organization": organization,
        "tier": tier,
        "quote": quoted,
        "confirmed": quote.digest(quoted),
        "form": form,
    }
    return render_form(request, "billing/tier_quote.html", context)


@require_safe
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One change with its quote."""
    organization = _organization(request, slug, Capability.MANAGE_ORGANIZATION)
    found = change_of(organization, pk)
    context = {"organization": organization, "change": found, "quote": found.quote}
    return render(request, "billing/tier_change.html", context)


@require_POST
def cancellation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Cancel a change."""
    found = change_of(_organization(request, slug), pk)
    done = f"Change to {found.to_tier} canceled. You stay on {found.from_tier}."
    attempt(request, lambda: cancel_tier_change(actor=actor_of(request), change=found), done)
    return redirect("billing:tier", slug)


def _organization(
    request: HttpRequest, slug: str, capability: Capability = Capability.CHANGE_TIER
) -> Organization:
    return organization_for(actor_of(request), slug, capability=capability)


def _blocked(request: HttpRequest, organization: Organization) -> HttpResponse | None:
    """Return a page with the reason if the tier can't be changed now."""
    open_change = open_change_of(organization)
    if open_change is None and is_entitled(organization):
        return None
    context = {"organization": organization, "open_change": open_change}
    return render(request, "billing/tier_blocked.html", context)


def _next_step(change: TierChange) -> str:
    """Return what happens next, after the request."""
    if change.is_scheduled:
        return f"You stay on {change.from_tier} until the end of the month and then move to {change.to_tier}."
    return (
        f"Change to {change.to_tier} requested. It will be active by {change.promised_on:%-d %B %Y}; until "
        f"then you stay on {change.from_tier}."
    )
