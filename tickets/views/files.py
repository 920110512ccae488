import uuid

import structlog
from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from orgs.actor import actor_of
from supportcenter.http import status_for
from tickets.access import attachment_for, ticket_for
from tickets.forms.files import UploadForm
from tickets.models.conversation import Attachment
from tickets.views.export import export_ticket

logger = structlog.get_logger(__name__)


@require_safe
def export(request: HttpRequest, reference: str) -> JsonResponse:
    """Download the whole ticket with its history as JSON."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    response = JsonResponse(
        export_ticket(actor, ticket), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{ticket.reference}.json"'
    return response


@require_POST
def uploads(request: HttpRequest) -> JsonResponse:
    """Store a file while its form is still being filled in."""
    form = UploadForm(request.POST, request.FILES)
    form.store_files(actor_of(request))
    if not form.errors and not form.uploads:
        form.add_error("files_sent", "No file was uploaded.")
    if form.errors:
        errors = [str(error) for error in form.errors.get("files_sent", [])]
        return JsonResponse({"errors": errors}, status=status_for(request, {"form": form}))
    return JsonResponse({"id": str(form.uploads[0].pk), "name": form.uploads[0].name})


@require_safe
def attachment(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """Download a file; the browser never displays or runs it."""
    found = attachment_for(actor_of(request), key)
    return _serve(found, as_attachment=True, content_type="application/octet-stream")


@require_safe
def preview(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """Return an image for the ticket's page, or 404 for any other kind of file."""
    found = attachment_for(actor_of(request), key)
    if not found.has_preview:
        raise Http404("No preview")
    return _serve(found, as_attachment=False, content_type=found.content_type)


def _serve(attachment: Attachment, *, as_attachment: bool, content_type: str) -> FileResponse:
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError:
        logger.exception("attachment_missing", attachment=str(attachment.pk), file=attachment.file.name)
        raise Http404("The file is no longer stored") from None
    response = FileResponse(
        content,
        as_attachment=as_attachment,
        filename=attachment.name,
        content_type=content_type,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
