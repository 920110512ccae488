"""Choosing a macro on a ticket."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import fragment_or_page, search_text
from tickets.access import macro_for, macros_for, ticket_for
from tickets.actions.macros import filled
from tickets.rendering import to_html


@require_safe
def choices(request: HttpRequest, reference: str) -> HttpResponse:
    """List the macros that can be applied to a ticket."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    words = search_text(request, 80).strip()
    context = {"ticket": ticket, "macros": macros_for(actor, words), "q": words}
    return fragment_or_page(request, "tickets/_macro_choices.html", "tickets/macro_choices.html", context)


@require_safe
def preview(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Preview a macro on a ticket; nothing is sent or changed."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    found = macro_for(actor, pk)
    text = filled(found, actor, ticket)
    context = {"ticket": ticket, "macro": found, "text": text, "html": to_html(text)}
    return fragment_or_page(request, "tickets/_macro_preview.html", "tickets/macro_preview.html", context)
