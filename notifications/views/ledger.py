from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.access import all_mails, delayed_since, mail_for, mails_about
from notifications.actions.resending import resend_mail, resend_mails
from notifications.ledger import (
    BY_UPDATE,
    DELAYED_AFTER,
    NEWEST_FIRST,
    RESENT_TOGETHER,
    SHOWN,
    MailFilterForm,
    lines_of,
    numbers_of,
)
from orgs.actor import actor_of
from orgs.context import act_in
from orgs.roles import Capability
from supportcenter.rules import attempt
from supportcenter.wording import format_count
from tickets.access import ticket_for
from tickets.paging import page_of


@require_safe
def ticket_mails(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of each mail about a ticket: for staff all of them, for a customer their own."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    act_in(request, ticket.organization)
    for_staff = actor.can(Capability.WORK_QUEUE)
    form = MailFilterForm(request.GET if for_staff else {})
    page = page_of(form.apply(mails_about(actor, ticket)).for_ledger(), BY_UPDATE, request.GET)
    context = {
        "ticket": ticket,
        "form": form,
        "is_filtered": bool(form.filters),
        "lines": lines_of(page.rows, for_staff=for_staff),
        "newer_url": page.previous_url,
        "older_url": page.next_url,
    }
    return render(request, f"notifications/{'ticket' if for_staff else 'own'}_mails.html", context)


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """All mails, the newest first, and how many went wrong."""
    found = all_mails(actor_of(request))
    form = MailFilterForm(request.GET)
    page = page_of(form.apply(found).for_ledger(), NEWEST_FIRST, request.GET)
    numbers = numbers_of(found)
    what = form.filters.get("show", "")
    context = {
        "form": form,
        "numbers": numbers,
        "is_filtered": bool(form.filters.keys() - {"show"}),
        "tabs": [
            {
                "label": label,
                "url": f"?show={name}" if name else request.path,
                "current": name == what,
                "count": getattr(numbers, name, None) or None,
            }
            for name, label in SHOWN.items()
        ],
        "lines": lines_of(page.rows, for_staff=True),
        "can_resend_all": bool(page.rows) and what in RESENT_TOGETHER,
        "newer_url": page.previous_url,
        "older_url": page.next_url,
    }
    return render(request, "notifications/mails.html", context)


@require_POST
def resending(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send one mail once more."""
    actor = actor_of(request)
    mail = mail_for(actor, key)
    done = f"The mail to {mail.to_address} is sent again within seconds."
    attempt(request, lambda: resend_mail(actor=actor, mail=mail), done)
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else "notifications:mails")


@require_http_methods(["GET", "HEAD", "POST"])
def resendings(request: HttpRequest) -> HttpResponse:
    """Ask whether all mails behind a filter are to be sent once more, and do it."""
    actor = actor_of(request)
    found = all_mails(actor)
    form = MailFilterForm(request.GET)
    if form.filters.get("show") not in RESENT_TOGETHER:
        return redirect("notifications:mails")
    mails = form.apply(found)
    if request.method == "POST":
        count = resend_mails(actor=actor, mails=mails)
        messages.success(request, f"{format_count(count, 'mail')} will be sent again within minutes.")
        return redirect("notifications:mails")
    shown = mails.count()
    context = {
        "form": form,
        "shown": shown,
        "count": mails.resendable().count(),
        "query": request.GET.urlencode(),
    }
    return render(request, "notifications/resendings.html", context)


@require_safe
def delay(request: HttpRequest) -> HttpResponse:
    """For the duty leads' page: since when mail waits that should have gone; nothing while none does."""
    since = delayed_since(actor_of(request), DELAYED_AFTER)
    return render(request, "notifications/_delay.html", {"since": since})
