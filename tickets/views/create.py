from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from billing.entitlements import is_entitled
from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.models import Organization
from orgs.roles import Capability
from supportcenter.http import fragment_or_page, go_to
from supportcenter.rules import submit
from tickets.access import follow_up_for, similar_tickets, submitted_before
from tickets.actions.opening import open_ticket
from tickets.forms.create import TicketForm
from tickets.models.ticket import Ticket


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Create a ticket, or show where to ask instead if the organization has no paid service."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.OPEN_TICKETS)
    if not is_entitled(organization):
        status = 403 if request.method == "POST" else 200
        return render(request, "tickets/free_only.html", {"organization": organization}, status=status)
    follow_up = follow_up_for(actor, organization, request.GET.get("follow_up", ""))
    if request.method != "POST":
        return _page(request, organization, TicketForm(organization=organization), follow_up)
    if existing := submitted_before(actor, request.POST.get("submission_key", "")):
        messages.info(request, f"You already submitted this form. It created {existing.reference}.")
        return go_to(request, existing.get_absolute_url())
    form = TicketForm(request.POST, request.FILES, organization=organization)
    form.store_files(actor)
    ticket = submit(
        form, lambda: open_ticket(actor=actor, organization=organization, draft=form.draft(follow_up))
    )
    if not ticket:
        return _page(request, organization, form, follow_up)
    messages.success(request, f"Ticket {ticket.reference} created. We’ve emailed you a confirmation.")
    if ticket.severity != form.cleaned_data["severity"]:
        messages.info(request, "The severity is Low because one of the services is in early availability.")
    return go_to(request, ticket.get_absolute_url())


@require_safe
def similar(request: HttpRequest, slug: str) -> HttpResponse:
    """Suggest open tickets of colleagues that may be about the same issue."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.OPEN_TICKETS)
    services = [value.removeprefix("service:") for value in request.GET.getlist("resources")]
    found = similar_tickets(
        actor,
        organization,
        subject=request.GET.get("subject", "").replace("\0", "")[:200],
        product=request.GET.get("product", "").replace("\0", ""),
        services=[int(each) for each in services if each.isdecimal() and len(each) < 18],
    )
    return render(request, "tickets/_similar.html", {"tickets": found})


def _page(
    request: HttpRequest,
    organization: Organization,
    form: TicketForm,
    follow_up: Ticket | None,
) -> HttpResponse:
    followed = follow_up.pk if follow_up else 0
    context = {
        "organization": organization,
        "back_url": reverse("tickets:list", args=[organization.slug]),
        "form": form,
        "entitlement": form.entitlement,
        "follow_up": follow_up,
        "draft_key": f"new-{organization.slug}-{followed}-{actor_of(request).person.pk}",
        "uploads": getattr(form, "uploads", []),
    }
    return fragment_or_page(request, "tickets/_new_form.html", "tickets/new.html", context)
