import uuid

from django.http import FileResponse, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from tickets.access import attachment_for, ticket_for
from tickets.dossier import dossier


@require_safe
def export(request: HttpRequest, reference: str) -> JsonResponse:
    """The whole ticket with its history as JSON, to keep."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    response = JsonResponse(dossier(actor, ticket), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = f'attachment; filename="{ticket.reference}.json"'
    return response


@require_safe
def attachment(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """A file, always as a download and never as something a browser would run."""
    found = attachment_for(actor_of(request), key)
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
