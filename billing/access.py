"""Organizations as the account team sees them."""

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from billing.models import TierPeriod
from orgs.access import organizations_for
from orgs.actor import Actor
from orgs.models import Organization, Service
from orgs.roles import Capability


def organizations_with_tier(actor: Actor) -> QuerySet[Organization]:
    """All organizations with ``tier_name``, ``is_entitled`` and ``member_count``, for the account team."""
    current = TierPeriod.objects.at(timezone.now()).filter(organization=OuterRef("pk"))
    paid = Service.objects.running().filter(project__unit__organization=OuterRef("pk"), is_paid=True)
    return organizations_for(actor, capability=Capability.MANAGE_ACCOUNTS).annotate(
        tier_name=Subquery(current.values("tier__name")[:1]),
        is_entitled=Exists(paid),
        member_count=Count("memberships"),
    )
