import uuid

from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from orgs.actor import actor_of
from tickets.access import attachment_for, ticket_for
from tickets.forms.files import UploadForm
from tickets.models.conversation import Attachment
from tickets.views.export import dossier


@require_safe
def export(request: HttpRequest, reference: str) -> JsonResponse:
    """The whole ticket with its history as JSON, to keep."""
    actor = actor_of(request)
    ticket = ticket_for(actor, reference)
    response = JsonResponse(dossier(actor, ticket), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = f'attachment; filename="{ticket.reference}.json"'
    return response


@require_POST
def uploads(request: HttpRequest) -> JsonResponse:
    """Keep one chosen file for its owner, while the form is still being filled in."""
    form = UploadForm(request.POST, request.FILES)
    form.keep_files(actor_of(request))
    if form.errors or not form.kept:
        errors = [str(error) for error in form.errors.get("files_sent", [])]
        return JsonResponse({"errors": errors or ["No file came."]}, status=422)
    return JsonResponse({"id": str(form.kept[0].pk), "name": form.kept[0].name})


@require_safe
def attachment(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """A file, always as a download and never as something a browser would run."""
    found = attachment_for(actor_of(request), key)
    return _served(found, as_attachment=True, content_type="application/octet-stream")


@require_safe
def preview(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """An image, to be shown on the ticket's page; 404 for every other kind of file."""
    found = attachment_for(actor_of(request), key)
    if not found.has_preview:
        raise Http404("No preview")
    return _served(found, as_attachment=False, content_type=found.content_type)


def _served(attachment: Attachment, *, as_attachment: bool, content_type: str) -> FileResponse:
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=as_attachment,
        filename=attachment.name,
        content_type=content_type,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
