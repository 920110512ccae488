"""Tags of a ticket."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from orgs.actor import actor_of
from orgs.roles import Capability
from supportcenter.combobox import Option, render_options
from supportcenter.http import search_text
from tickets.access import tags_starting_with, ticket_for
from tickets.actions.tags import set_tags
from tickets.forms.tags import TagsForm
from tickets.views.work import change_property


@require_POST
def tags(request: HttpRequest, reference: str) -> HttpResponse:
    """Set the tags of a ticket."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference, capability=Capability.WORK_QUEUE)
    form = TagsForm(request.POST, ticket=ticket)

    def save() -> object:
        return set_tags(actor=actor, ticket=ticket, **form.cleaned_data)

    return change_property(request, actor, ticket, "tags", save, tags_form=form)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Suggest tags while one is typed."""
    words = search_text(request, 40).removeprefix("#")
    found = tags_starting_with(actor_of(request), words)
    return render_options(request, [Option(f"{tag.name} ", tag.name) for tag in found])
