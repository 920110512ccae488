"""What browser tests need from inside the site, because no browser can do it."""

import os
from datetime import datetime

import django

from tests.driver import serve

SESSION_COOKIE = "session"


def sign_in(email: str) -> str:
    """Start a session for this person; return its key."""
    from django.conf import settings
    from django.test import Client

    from orgs.models import User

    client = Client()
    client.force_login(User.objects.get(email=email), settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[SESSION_COOKIE].value


def apply_due_changes(now: str) -> int:
    from billing.actions import tier_changes

    return tier_changes.apply_due_changes(datetime.fromisoformat(now))


def close_months(now: str) -> int:
    from billing.actions import invoices

    return invoices.close_months(datetime.fromisoformat(now))


def add_comments(reference: str, count: int) -> int:
    """Add comments of the requester to a ticket; return the id of an entry in the middle of its thread."""
    from orgs.actor import Actor
    from orgs.source import Source
    from tickets.actions.comments import add_comment
    from tickets.models.ticket import Ticket, number_of

    ticket = Ticket.objects.get(pk=number_of(reference))
    author = Actor.of(ticket.requester, Source.WEB)
    for number in range(count):
        add_comment(actor=author, ticket=ticket, body=f"Comment number {number}.")
    entries = list(ticket.activities.order_by("created_at", "pk").values_list("pk", flat=True))
    return entries[len(entries) // 2]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportcenter.settings"
    django.setup()
    serve(sign_in, apply_due_changes, close_months, add_comments)
