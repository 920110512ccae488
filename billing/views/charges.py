from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from billing.access import exchange_rates, foreign_currencies, outstanding_for
from billing.actions.charges import import_charges, set_exchange_rate
from billing.charge_file import COLUMNS
from billing.forms import ChargesForm, RateForm
from orgs.access import require
from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import submit


@require_http_methods(["GET", "HEAD", "POST"])
def charges(request: HttpRequest) -> HttpResponse:
    """Check and import service charges; exchange rates and outstanding months are below."""
    actor = actor_of(request)
    require(actor, Capability.MANAGE_ACCOUNTS)
    is_check = request.POST.get("do") != "import"
    form = ChargesForm(posted(request), request.FILES or None)
    outcome = form.submit(
        lambda: import_charges(actor=actor, lines=form.cleaned_data["lines"], dry_run=is_check)
    )
    if outcome and not is_check:
        form = ChargesForm()
    return _page(
        request, form, RateForm(initial=_asked_rate(request)), {"is_check": is_check, "outcome": outcome}
    )


@require_POST
def rates(request: HttpRequest) -> HttpResponse:
    """Set the exchange rate of a currency for a month."""
    require(actor_of(request), Capability.MANAGE_ACCOUNTS)
    form = RateForm(request.POST)
    if known := submit(form, lambda: set_exchange_rate(**form.cleaned_data)):
        messages.success(request, f"Rate saved: {known}.")
        return redirect("billing:charges")
    return _page(request, ChargesForm(), form, {"is_check": False, "outcome": None})


def _asked_rate(request: HttpRequest) -> dict[str, str]:
    """Return the currency and month from the link of a missing rate."""
    return {name: request.GET[name][:10] for name in ("currency", "month") if name in request.GET}


def _page(
    request: HttpRequest, form: ChargesForm, rate_form: RateForm, context: dict[str, Any]
) -> HttpResponse:
    context |= {
        "form": form,
        "rate_form": rate_form,
        "rates": exchange_rates(),
        "outstanding": outstanding_for(actor_of(request)),
        "foreign": foreign_currencies(settings.PRICE_CURRENCY),
        "currency": settings.PRICE_CURRENCY,
        "columns": COLUMNS,
    }
    return render_form(request, "billing/charges.html", context)
