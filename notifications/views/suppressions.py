from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from notifications.access import suppression_for, suppressions_for
from notifications.actions.suppressions import lift_suppression
from notifications.ledger import SuppressionSearchForm
from orgs.actor import actor_of
from supportcenter.rules import attempt

MOST = 200


@require_safe
def suppressions(request: HttpRequest) -> HttpResponse:
    """Addresses that nothing is sent to, and those to which staff have it sent again."""
    form = SuppressionSearchForm(request.GET)
    found = list(form.apply(suppressions_for(actor_of(request))).for_list()[: MOST + 1])
    context = {"words": form.words, "suppressions": found[:MOST], "most": MOST if len(found) > MOST else None}
    return render(request, "notifications/suppressions.html", context)


@require_POST
def lifting(request: HttpRequest, number: int) -> HttpResponse:
    """Write to an address again."""
    actor = actor_of(request)
    suppression = suppression_for(actor, number)
    done = f"Mail to {suppression.address} goes out again. What was withheld can be resent."
    attempt(request, lambda: lift_suppression(actor=actor, suppression=suppression), done)
    return redirect("notifications:suppressions")
