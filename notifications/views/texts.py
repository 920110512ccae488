from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from notifications.access import mail_text_for, mail_texts_for
from notifications.actions.texts import edit_mail_text
from notifications.forms import MailTextForm
from notifications.mail_texts import PLACEHOLDERS, fill_in
from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import submit


@require_safe
def mail_texts(request: HttpRequest) -> HttpResponse:
    """List the texts of every kind of mail."""
    actor = actor_of(request)
    context = {"rows": mail_texts_for(actor), "manages": actor.can(Capability.MANAGE_SETTINGS)}
    return render(request, "notifications/settings/mail_texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_text(request: HttpRequest, kind: str) -> HttpResponse:
    """Edit the texts of one kind of mail, with a preview on request."""
    actor = actor_of(request)
    found = mail_text_for(actor, kind)
    form = MailTextForm(posted(request), initial={"intro": found.intro, "closing": found.closing})
    context: dict[str, Any] = {
        "found": found,
        "form": form,
        "placeholders": PLACEHOLDERS.items(),
        "preview": None,
    }
    if form.is_valid():
        if request.POST.get("do") == "preview":
            context["preview"] = fill_in(form.cleaned_data, actor.person.name)
            return render(request, "notifications/settings/mail_text.html", context)
        if submit(form, lambda: edit_mail_text(actor=actor, kind=kind, **form.cleaned_data)):
            messages.success(request, "Texts saved. They apply to all mail from now on.")
            return redirect("notifications:mail_texts")
    return render_form(request, "notifications/settings/mail_text.html", context)
