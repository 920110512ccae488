from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.entitlements import entitlements_by_tier, tier_of
from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import fragment_or_page
from tickets.clock.what_if import MAX_REPLAYED, REPLAYED_DAYS, replay, tickets_to_replay


@require_safe
def what_if(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the organization's last tickets under each tier's targets, on the page for choosing a tier."""
    organization = organization_for(actor_of(request), slug, capability=Capability.CHANGE_TIER)
    now = timezone.now()
    tickets = tickets_to_replay(organization, now)
    context = {
        "organization": organization,
        "present": tier_of(organization).name,
        "replays": replay(tickets, entitlements_by_tier(organization), now),
        "count": len(tickets),
        "days": REPLAYED_DAYS,
        "is_cut": len(tickets) == MAX_REPLAYED,
    }
    return fragment_or_page(request, "tickets/_what_if.html", "tickets/what_if.html", context)
