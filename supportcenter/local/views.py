from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from orgs.actor import Actor
from orgs.source import Source
from supportcenter.local.mailbox import caught_mail, caught_mails
from tickets.models.ticket import Ticket, TicketQuerySet

BARE_ROWS = 25


@login_not_required
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List the caught mails; as JSON for scripts that ask for it."""
    everything = caught_mails()
    recipient = request.GET.get("to", "")
    shown = [mail for mail in everything if recipient in {"", mail.to}]
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse([mail.as_dict() for mail in shown], safe=False)
    context = {"mails": shown, "recipients": sorted({mail.to for mail in everything}), "recipient": recipient}
    return render(request, "local/mails.html", context)


@login_not_required
@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """Show one caught mail: both parts and the headers."""
    found = caught_mail(key)
    if found is None:
        raise Http404
    return render(request, "local/mail.html", {"mail": found})


@login_not_required
@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """Return the HTML part for a frame in which no script can run."""
    found = caught_mail(key)
    if found is None:
        raise Http404
    response = HttpResponse(found.html)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
    )
    return response


@require_safe
def bare(request: HttpRequest) -> HttpResponse:
    """Show agents a plain table of tickets: what `make bench` compares pages with."""
    return bare_table(Ticket.objects.visible_to(Actor(request.user, Source.WEB)))  # type: ignore[arg-type]


def bare_table(tickets: TicketQuerySet) -> HttpResponse:
    """Render tickets with one query and one template.

    Without the request, because context processors make queries of their own.
    """
    rows = tickets.select_related("organization").order_by("-pk")[:BARE_ROWS]
    return HttpResponse(render_to_string("local/bare.html", {"tickets": rows}))
