"""`make bench`: what pages cost, as a ratio to a bare Django view in the same run.

Machines are shared and noisy, so only the ratios say something. Needs a running `make run`, whose database
it reads.
"""

import os
import statistics
import time
from collections.abc import Callable

import django

ROUNDS = 40
PAGES = {
    "ben@acme.example": ["/o/acme/tickets/", "/o/acme/tickets/?q=lag", "/o/acme/tickets/new/", "TICKET"],
    "ada@acme.example": ["/o/acme/tickets/organization/"],
    "fay@support.example": ["/queue/", "/queue/all/", "TICKET"],
}


def median_ms(call: Callable[[], object]) -> float:
    """The median duration of a call in milliseconds, after three that warm up."""
    times = []
    for _ in range(ROUNDS + 3):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[3:])


def main() -> int:
    """Print a table of pages, milliseconds and ratios."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportcenter.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - after the set-up
    from django.test import Client  # noqa: PLC0415

    from orgs.models import User  # noqa: PLC0415

    host = settings.ALLOWED_HOSTS[0]
    bare = median_ms(lambda: Client(headers={"host": host}).get("/healthz"))
    print(f"{'a bare view':<58} {bare:7.1f} ms      1×")
    for email, paths in PAGES.items():
        client = Client(headers={"host": host})
        user = User.objects.get(email=email)
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        for path in paths:
            where = path
            if path == "TICKET":
                ticket = user.requested_tickets.first() or user.assigned_tickets.first()
                where = ticket.get_absolute_url() if ticket else "/"
            took = median_ms(lambda client=client, where=where: client.get(where))  # type: ignore[misc]
            print(f"{email:<22}{where:<36} {took:7.1f} ms {took / bare:6.0f}×")
    return 0
