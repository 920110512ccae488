from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.actor import actor_of
from supportcenter.http import posted, render_form, search_text
from supportcenter.rules import submit
from tickets.paging import Sort, page_of
from tickets.settings.access import may_manage, tag_for, tags_for
from tickets.settings.actions.tags import delete_tag, rename_tag
from tickets.settings.forms import TagForm


@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """List all tags with how often they are used."""
    actor = actor_of(request)
    words = search_text(request, 40).strip()
    page = page_of(tags_for(actor, words), Sort("name", read=str), request.GET)
    context = {
        "tags": page.rows,
        "newer_url": page.previous_url,
        "older_url": page.next_url,
        "q": words,
        "can_manage": may_manage(actor),
    }
    return render(request, "tickets/settings/tags.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def tag(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a tag, or merge it into another by entering that tag's name."""
    actor = actor_of(request)
    found = tag_for(actor, pk)
    form = TagForm(posted(request), initial={"name": found.name})
    if renamed := submit(form, lambda: rename_tag(actor=actor, tag=found, **form.cleaned_data)):
        messages.success(request, f"Renamed to {renamed}.")
        return redirect("tickets:tag_list")
    context = {"tag": found, "form": form}
    return render_form(request, "tickets/settings/tag.html", context)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a tag from every ticket."""
    actor = actor_of(request)
    found = tag_for(actor, pk)
    delete_tag(actor=actor, tag=found)
    messages.success(request, f"Tag {found} deleted.")
    return redirect("tickets:tag_list")
