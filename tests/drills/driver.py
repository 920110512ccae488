"""A web process under a drill's control: one call a line in, one answer a line out, both JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django


def make_tables() -> None:
    from django.core.management import call_command

    from tests.cast import make_cast

    call_command("migrate", interactive=False, verbosity=0)
    make_cast()


def ticket(name: str, cc: list[str]) -> int:
    """A ticket whose opening is told already; ``cc`` are addresses, people are made for them."""
    from django.db import transaction

    from notifications.models.messages import EmailMessage
    from orgs.models import Membership, Organization, User
    from supportcenter.outbox.models import OutboxMessage
    from tests import builders
    from tickets.models.people import Participant

    acme = Organization.objects.get(slug="acme")
    with transaction.atomic():  # so that no worker ever sees the event of the opening
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
    """An agent's comment over HTTP: the status of the answer, and how many seconds it took."""
    from django.conf import settings
    from django.test import Client

    from orgs.models import User
    from tickets.models.ticket import Ticket

    client = Client()
    client.force_login(User.objects.get(email="fay@support.example"), settings.AUTHENTICATION_BACKENDS[0])
    url = f"{Ticket.objects.get(pk=ticket).get_absolute_url()}comments/"
    began = time.monotonic()
    response = client.post(url, {"body": words, "kind": "answer"})
    return {"status": response.status_code, "seconds": time.monotonic() - began}


def sweep() -> int:
    """What beat does every minute: take mails back from a dead worker. Then have a worker look."""
    from notifications import bell
    from notifications.delivery import free_stuck

    freed = free_stuck()
    bell.deliver.ring()
    return freed


CALLS: dict[str, Callable[..., Any]] = {each.__name__: each for each in (make_tables, ticket, comment, sweep)}


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.drills.settings"
    django.setup()
    from django.db import connection

    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(CALLS[name](*arguments)) + "\n")
        sys.stdout.flush()
        connection.close()


if __name__ == "__main__":
    main()
