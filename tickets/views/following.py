"""Following and muting tickets."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from orgs.access import organization_for
from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.http import posted, render_form
from supportcenter.rules import submit
from tickets.access import follow_for, follows_of, ticket_for
from tickets.actions import following as rules
from tickets.actions.following import end_follow, follow_ticket
from tickets.forms.following import FollowForm
from tickets.views.work import change


@require_POST
def all_tickets(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow all tickets of the organization, or none."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.FOLLOW_ALL_TICKETS)
    if request.POST.get("on") == "1":
        rules.follow(actor=actor, organization=organization)
        done = f"You’ll get mail about all updates on existing and new tickets of {organization}."
    else:
        rules.unfollow(actor=actor, organization=organization)
        done = f"You no longer follow tickets of {organization}. Mail about your own tickets doesn’t change."
    messages.success(request, done)
    return redirect("tickets:list", slug, "organization")


@require_http_methods(["GET", "HEAD", "POST"])
def following(request: HttpRequest, slug: str) -> HttpResponse:
    """List what the person follows in the organization, and follow more."""
    actor = actor_of(request)
    organization = organization_for(actor, slug, capability=Capability.FOLLOW_ALL_TICKETS)
    form = FollowForm(posted(request), organization=organization)
    if follow := submit(form, lambda: rules.follow(actor=actor, organization=organization, **form.chosen())):
        messages.success(request, f"You now follow {follow.words}.")
        return redirect("tickets:following", slug)
    context = {"organization": organization, "form": form, "follows": follows_of(actor, organization)}
    return render_form(request, "tickets/following.html", context)


@require_POST
def unfollow(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop following."""
    follow = follow_for(actor_of(request), pk)
    end_follow(follow=follow)
    messages.success(request, f"You no longer follow {follow.words}.")
    if request.POST.get("next") == "preferences":
        return redirect("notifications:preferences")
    if follow.organization:
        return redirect("tickets:following", follow.organization.slug)
    return redirect("home")


@require_POST
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    """Follow or unfollow a ticket, as an agent."""
    actor = actor_of(request)
    found = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    on = request.POST.get("on") == "1"
    done = "You’ll get mail about each update." if on else "You no longer follow this ticket."
    return change(request, actor, found, lambda: follow_ticket(actor=actor, ticket=found, on=on), done)


@require_POST
def mute(request: HttpRequest, reference: str) -> HttpResponse:
    """Mute or unmute a ticket."""
    actor = actor_of(request)
    found = ticket_for(actor, reference)
    on = request.POST.get("on") == "1"
    done = "You’ll get no more mail about this ticket." if on else "You’ll get mail about this ticket again."
    user_id = actor.person.pk
    return change(request, actor, found, lambda: rules.mute(user_id=user_id, ticket_id=found.pk, on=on), done)
