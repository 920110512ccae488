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


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportcenter.settings"
    django.setup()
    serve(sign_in, apply_due_changes, close_months)
