from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orgs.access import members_like, organization_for
from orgs.actor import actor_of
from supportcenter.combobox import Option, render_options
from supportcenter.http import search_text


@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Suggest colleagues for CC by name or address; for members only."""
    actor = actor_of(request)
    organization = organization_for(actor, slug)
    if organization.pk not in actor.roles:
        raise PermissionDenied
    words = search_text(request, 100).strip()
    found = members_like(organization, words) if words else []
    return render_options(request, [Option(f"{each.email} ", str(each), each.email) for each in found])
