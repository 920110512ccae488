import uuid

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from orgs.actor import actor_of
from tickets.access import attachment_for


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
