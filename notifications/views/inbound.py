"""Mail that came in, for agents: what became of it, and what to do about the rest."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.access import inbound_mail_for, inbound_mails
from notifications.actions.inbound import Result, accept, discard, process
from notifications.inbound.reading import interpret
from notifications.inbound_list import NEWEST_FIRST, TABS, DiscardForm, InboundFilterForm
from notifications.models.inbound import TO_CHECK, InboundMail
from orgs.actor import actor_of
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.paging import page_of


@require_safe
def incoming(request: HttpRequest) -> HttpResponse:
    """List mail that came in, the newest first."""
    found = inbound_mails(actor_of(request))
    form = InboundFilterForm(request.GET)
    page = page_of(form.apply(found).for_list(), NEWEST_FIRST, request.GET)
    context = {
        "form": form,
        "is_filtered": bool(form.query),
        "tabs": [
            {
                "label": label,
                "url": f"?show={name}" if name else request.path,
                "current": name == form.tab,
                "count": (found.to_check().count() or None) if name == "check" else None,
            }
            for name, label in TABS.items()
        ],
        "mails": page.rows,
        "newer_url": page.previous_url,
        "older_url": page.next_url,
    }
    return render(request, "notifications/incoming.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def incoming_mail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show a mail that came in; POST discards it, with a reason."""
    actor = actor_of(request)
    mail = inbound_mail_for(actor, key)
    form = DiscardForm(posted(request))
    if submit(form, lambda: discard(actor=actor, mail=mail, reason=form.cleaned_data["reason"])):
        messages.success(request, "Mail discarded.")
        return redirect("notifications:incoming")
    reading = interpret(bytes(mail.raw))
    context = {"mail": mail, "reading": reading, "form": form, "is_open": mail.outcome in TO_CHECK}
    return render_form(request, "notifications/incoming_mail.html", context)


@require_safe
def source(request: HttpRequest, key: UUID) -> HttpResponse:
    """Download a mail as it came."""
    mail = inbound_mail_for(actor_of(request), key)
    headers = {"Content-Disposition": f'attachment; filename="{mail.pk}.eml"'}
    return HttpResponse(bytes(mail.raw), content_type="message/rfc822", headers=headers)


@require_POST
def retry(request: HttpRequest, key: UUID) -> HttpResponse:
    """Process a mail again that could not be processed, or is held."""
    mail = inbound_mail_for(actor_of(request), key)
    return _told(request, mail, process(mail))


@require_POST
def accept_mail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Process a held mail as its sender's."""
    actor = actor_of(request)
    mail = inbound_mail_for(actor, key)
    return _told(request, mail, accept(actor=actor, mail=mail))


def _told(request: HttpRequest, mail: InboundMail, result: Result) -> HttpResponse:
    about = f" on {result.ticket.reference}" if result.ticket else ""
    words = f"{result.outcome.label}{about}. {result.reason}".strip()
    (messages.warning if result.outcome in TO_CHECK else messages.success)(request, words)
    return redirect("notifications:incoming_mail", mail.pk)
