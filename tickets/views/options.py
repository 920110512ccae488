"""The choices of long lists, suggested as someone types."""

from collections.abc import Iterable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orgs.access import require
from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.combobox import Choice, ComboboxField, Option, render_options
from supportcenter.http import found_or_404, search_text
from tickets.access import organizations_matching, products, reasons
from tickets.forms.queue import QueueOptions
from tickets.forms.work import AssignmentForm

CATALOG = {"product": products, "reason": reasons}


def catalog(request: HttpRequest, name: str) -> list[Choice]:
    """Return the products or the reasons that a ticket can have."""
    rows = found_or_404(CATALOG.get(name), "No such list")()
    return [(each.code, each.name) for each in rows]


def assignees(request: HttpRequest) -> Any:
    """Return the agents and teams that a ticket can be assigned to, for agents."""
    actor = actor_of(request)
    require(actor, Capability.WORK_QUEUE)
    return cast("ComboboxField", AssignmentForm(actor=actor).fields["assignee"]).choices


def of_queue(request: HttpRequest, name: str) -> Iterable[Choice]:
    """Return the choices of a filter of the queue or of a bulk change, for agents."""
    actor = actor_of(request)
    require(actor, Capability.WORK_QUEUE)
    return found_or_404(QueueOptions(actor).named(name), "No such list")


@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """Suggest organizations by name."""
    found = organizations_matching(actor_of(request), search_text(request, 100))
    return render_options(request, [Option(each.name, each.name) for each in found])
