"""A web process under a drill's control."""

import os
import resource
import signal
import smtplib
import threading
from typing import Any
from unittest.mock import patch

import django
from celery import Celery

from tests.driver import serve
from tests.waiting import timed

MEGABYTE = 1024 * 1024


def make_tables() -> None:
    from django.core.management import call_command

    from tests.cast import make_cast

    call_command("migrate", interactive=False, verbosity=0)
    make_cast()


def ticket(name: str, cc: list[str]) -> int:
    """Create a ticket that is due no mail yet; ``cc`` are the addresses of new people."""
    from django.db import transaction

    from notifications.models.messages import EmailMessage
    from orgs.models import Membership, Organization, User
    from supportcenter.outbox.models import OutboxMessage
    from tests import builders
    from tickets.models.people import Participant

    acme = Organization.objects.get(slug="acme")
    with transaction.atomic():  # so that no worker sees the event
        new = builders.ticket(User.objects.get(email="ben@acme.example"), acme, subject=name)
        people = User.objects.bulk_create(User(email=each, name=each, password="!") for each in cc)
        Membership.objects.bulk_create(
            Membership(organization=acme, user=each, role="member") for each in people
        )
        Participant.objects.bulk_create(Participant(ticket=new, user=each) for each in people)
        OutboxMessage.objects.all().delete()
        EmailMessage.objects.all().delete()
    return new.pk


def comment(ticket: int, words: str) -> dict[str, Any]:
    """Post an agent's comment; return the status, and the request's own calls to broker and mail server."""
    client, url = _client("fay@support.example"), f"{_url(ticket)}comments/"
    asked: list[str] = []
    with noted(Celery, "send_task", asked), noted(smtplib.SMTP, "connect", asked):
        response = client.post(url, {"body": words, "kind": "answer"})
    return {"status": response.status_code, "asked": asked}


def _url(ticket: int) -> str:
    from tickets.models.ticket import Ticket

    return Ticket.objects.get(pk=ticket).get_absolute_url()


def _client(email: str) -> Any:
    """Return a client that is signed in as someone, or as nobody."""
    from django.conf import settings
    from django.test import Client

    from orgs.models import User

    client = Client(raise_request_exception=False)
    if email:
        client.force_login(User.objects.get(email=email), settings.AUTHENTICATION_BACKENDS[0])
    return client


def _post(email: str, url: str, data: dict[str, Any]) -> int:
    return _client(email).post(url, data).status_code


def escalate(ticket: int) -> int:
    """Have the requester escalate a ticket; return the status."""
    return _post("ben@acme.example", f"{_url(ticket)}escalation/", {"text": "Nobody answers"})


def reset_password(email: str) -> int:
    """Ask for a link to a new password, as anyone can; return the status."""
    return _post("", "/account/password/reset/", {"email": email})


def visit(email: str, *pages: str) -> list[tuple[int, float]]:
    """Have someone open pages; return the status of each, and the seconds it took."""
    client = _client(email)
    answers = [timed(lambda page=page: client.get(page)) for page in pages]
    return [(response.status_code, seconds) for response, seconds in answers]


def sign_in(email: str) -> tuple[int, float, str]:
    """Try to sign in; return status, seconds and page."""
    form = {"login": email, "password": "secret"}
    response, seconds = timed(lambda: _client("").post("/account/login/", form))
    return response.status_code, seconds, response.text


def upload(ticket: int, kilobytes: int) -> tuple[int, str]:
    """Have the requester comment with a file; return status and page."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("trace.log", bytes(1024 * kilobytes))
    sent = {"body": "Typed for an hour", "files_sent": [file], "seen": "0"}
    response = _client("ben@acme.example").post(f"{_url(ticket)}comments/", sent)
    return response.status_code, response.text


def die_of_large_files() -> None:
    """Have the kernel kill this process as soon as a file that it writes exceeds a megabyte."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, MEGABYTE))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def stored_files() -> list[tuple[str, int]]:
    """Return the stored files and their sizes."""
    from django.conf import settings

    found = (path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())
    return [(path.name, path.stat().st_size) for path in found]


def age_stored_files() -> None:
    """Make the stored files two hours older."""
    from django.conf import settings

    for path in settings.MEDIA_ROOT.rglob("*"):
        before = path.stat().st_mtime - 7200
        os.utime(path, (before, before))


def ready() -> dict[str, Any]:
    """Return what the probe reports, and its status."""
    from django.test import Client

    response = Client().get("/readyz")
    return response.json() | {"status": response.status_code}


def forget_reports() -> None:
    """Forget when each worker last reported."""
    from django.core.cache import cache

    from supportcenter.local.supervise import WORKERS
    from supportcenter.outbox.tasks import HEARTBEAT_KEY

    cache.delete_many([HEARTBEAT_KEY.format(name) for name in WORKERS])


def run_task(name: str) -> None:
    """Send a task to the workers, as beat does."""
    from celery import current_app

    current_app.send_task(name)


def noted(owner: type, name: str, calls: list[str]) -> Any:
    """Note the calls of a method that this thread makes, and not those of threads in the background."""
    real, ours = getattr(owner, name), threading.get_ident()

    def call(*arguments: Any, **options: Any) -> Any:
        if threading.get_ident() == ours:
            calls.append(name)
        return real(*arguments, **options)

    return patch.object(owner, name, call)


def sweep() -> int:
    """Take mails back from a dead worker, as beat does; then have a worker look."""
    from notifications import nudge
    from notifications.delivery import release_stuck

    freed = release_stuck()
    nudge.deliver.send()
    return freed


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.drills.settings"
    django.setup()
    serve(
        make_tables,
        ticket,
        comment,
        escalate,
        reset_password,
        visit,
        sign_in,
        upload,
        die_of_large_files,
        stored_files,
        age_stored_files,
        ready,
        forget_reports,
        run_task,
        sweep,
    )
