from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.access import all_mails, delayed_since, mail_for, mails_about
from notifications.actions.resending import resend_mail, resend_mails
from notifications.ledger import (
    BULK_RESENDABLE,
    BY_UPDATE,
    DELAYED_AFTER,
    NEWEST_FIRST,
    TABS,
    MailFilterForm,
    rows_of,
    summary_of,
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
    """List the mails about a ticket: all of them for agents, their own for customers."""
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
        "rows": rows_of(page.rows, for_staff=for_staff),
        "newer_url": page.previous_url,
        "older_url": page.next_url,
    }
    return render(request, f"notifications/{'ticket' if for_staff else 'own'}_mails.html", context)


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List all mails, the newest first, with a summary of the last day."""
    found = all_mails(actor_of(request))
    form = MailFilterForm(request.GET)
    page = page_of(form.apply(found).for_ledger(), NEWEST_FIRST, request.GET)
    summary = summary_of(found)
    tab = form.filters.get("show", "")
    context = {
        "form": form,
        "summary": summary,
        "is_filtered": bool(form.filters.keys() - {"show"}),
        "tabs": [
            {
                "label": label,
                "url": f"?show={name}" if name else request.path,
                "current": name == tab,
                "count": getattr(summary, name, None) or None,
            }
            for name, label in TABS.items()
        ],
        "rows": rows_of(page.rows, for_staff=True),
        "can_resend_all": bool(page.rows) and tab in BULK_RESENDABLE,
        "newer_url": page.previous_url,
        "older_url": page.next_url,
    }
    return render(request, "notifications/mails.html", context)


@require_POST
def resend(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send one mail again."""
    actor = actor_of(request)
    mail = mail_for(actor, key)
    done = f"The mail to {mail.to_address} will be resent in a few seconds."
    attempt(request, lambda: resend_mail(actor=actor, mail=mail), done)
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else "notifications:mails")


@require_http_methods(["GET", "HEAD", "POST"])
def resend_all(request: HttpRequest) -> HttpResponse:
    """Ask whether to send all mails that match a filter again, and do it."""
    actor = actor_of(request)
    found = all_mails(actor)
    form = MailFilterForm(request.GET)
    if form.filters.get("show") not in BULK_RESENDABLE:
        return redirect("notifications:mails")
    mails = form.apply(found)
    if request.method == "POST":
        count = resend_mails(actor=actor, mails=mails)
        messages.success(request, f"{format_count(count, 'message')} will be resent in a few minutes.")
        return redirect("notifications:mails")
    context = {
        "form": form,
        "matching": mails.count(),
        "count": mails.resendable().count(),
        "query": request.GET.urlencode(),
    }
    return render(request, "notifications/resend_all.html", context)


@require_safe
def delay(request: HttpRequest) -> HttpResponse:
    """Show duty leads since when mail has been delayed; nothing while none is."""
    since = delayed_since(actor_of(request), DELAYED_AFTER)
    return render(request, "notifications/_delay.html", {"since": since})
