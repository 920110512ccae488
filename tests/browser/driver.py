"""What browser tests need done inside the site, because no browser can do it."""

import os
from datetime import datetime

import django

from tests.driver import serve

SESSION_COOKIE = "session"


def sign_in(email: str) -> str:
    """Return a new session of this person."""
    from django.conf import settings
    from django.test import Client

    from orgs.models import User

    client = Client()
    client.force_login(User.objects.get(email=email), settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[SESSION_COOKIE].value


def run_billing_job(name: str, now: str) -> None:
    """Run a job of the beat schedule as if it were another time."""
    from billing import actions

    getattr(actions, name)(datetime.fromisoformat(now))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportcenter.settings"
    django.setup()
    serve(sign_in, run_billing_job)
