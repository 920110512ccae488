from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from orgs.access import members_like, organization_for
from orgs.actor import actor_of


@require_safe
def people(request: HttpRequest, slug: str) -> JsonResponse:
    """A few colleagues whose name or address holds what somebody types, for CC; for members only."""
    actor = actor_of(request)
    organization = organization_for(actor, slug)
    if organization.pk not in actor.roles:
        raise PermissionDenied
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = members_like(organization, words) if words else []
    return JsonResponse([{"email": each.email, "name": each.name} for each in found], safe=False)
