from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from notifications.access import suppression_for, suppressions_for
from notifications.actions.suppressions import remove_suppression
from notifications.ledger import SuppressionSearchForm
from orgs.actor import actor_of
from supportcenter.rules import attempt

LIMIT = 200


@require_safe
def suppressions(request: HttpRequest) -> HttpResponse:
    """List suppressed addresses and those whose suppression was removed."""
    form = SuppressionSearchForm(request.GET)
    found = list(form.apply(suppressions_for(actor_of(request))).for_list()[: LIMIT + 1])
    context = {
        "query": form.query,
        "suppressions": found[:LIMIT],
        "limit": LIMIT if len(found) > LIMIT else None,
    }
    return render(request, "notifications/suppressions.html", context)


@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a suppression."""
    actor = actor_of(request)
    suppression = suppression_for(actor, number)
    done = f"Suppression of {suppression.address} removed. You can now resend its withheld mail."
    attempt(request, lambda: remove_suppression(actor=actor, suppression=suppression), done)
    return redirect("notifications:suppressions")
