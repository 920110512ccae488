from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import fragment_or_page
from tickets.access import QUEUE_VIEWS, queue_for, ticket_named
from tickets.forms import QueueForm
from tickets.paging import Sort, page_of
from tickets.search import mark

# An answer due within this time is marked.
DUE_SOON = timedelta(minutes=30)


@require_safe
def queue(request: HttpRequest, view: str = "unfinished") -> HttpResponse:
    """The agents' desk: what must be answered next stands first."""
    actor = actor_of(request)
    views = queue_for(actor)
    if view not in views:
        return redirect("tickets:queue")
    if named := ticket_named(actor, request.GET.get("q", "")):
        return redirect(named)
    now = timezone.now()
    form = QueueForm(request.GET)
    found = form.apply(views[view], actor)
    page = page_of(found.queryset.for_list().by_due(), found.sort or Sort("due_order"), request.GET)
    mark(page.rows, found.words)
    context = {
        "view": view,
        "tabs": [
            {
                "label": QUEUE_VIEWS[name],
                "url": reverse("tickets:queue", args=[] if name == "unfinished" else [name]),
                "current": name == view,
                "count": tickets.count() if name != "all" else None,
            }
            for name, tickets in views.items()
        ],
        "form": form,
        "leads": actor.can(Capability.LEAD_ESCALATIONS),
        "is_filtered": any(form.cleaned_data.values()),
        "problems": found.problems,
        "tickets": page.rows,
        "newer_url": page.previous_url,
        "older_url": page.next_url,
        "now": now,
        "soon": now + DUE_SOON,
    }
    return fragment_or_page(request, "tickets/_queue.html", "tickets/queue.html", context)
