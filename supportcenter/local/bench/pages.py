"""How long pages take, as a multiple of a bare view in the same run."""

import statistics
import time
from collections.abc import Callable

from orgs.models import User
from supportcenter.local.bench.requests import client
from supportcenter.local.bench.site import Site

ROUNDS = 40
PAGES = {
    "ben@acme.example": ["/o/acme/tickets/", "/o/acme/tickets/?q=lag", "/o/acme/tickets/new/", "TICKET"],
    "ada@acme.example": ["/o/acme/tickets/organization/"],
    "fay@support.example": ["/queue/", "/queue/all/", "TICKET"],
}


def median_ms(call: Callable[[], object]) -> float:
    """Return the median duration of a call in milliseconds, after three calls to warm up."""
    times = []
    for _ in range(ROUNDS + 3):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[3:])


def measure(site: Site) -> None:
    """Print a table of pages, milliseconds and ratios."""
    anonymous = client()
    bare = median_ms(lambda: anonymous.get("/healthz"))
    print(f"{'a bare view':<58} {bare:7.1f} ms      1×")
    for email, paths in PAGES.items():
        browser = client(email)
        for path in paths:
            address = ticket_of(email) if path == "TICKET" else path
            took = median_ms(lambda browser=browser, address=address: browser.get(address))  # type: ignore[misc]
            print(f"{email:<22}{address:<36} {took:7.1f} ms {took / bare:6.0f}×", flush=True)


def ticket_of(email: str) -> str:
    """Return the address of a ticket that this person opened or is assigned to."""
    user = User.objects.get(email=email)
    ticket = user.requested_tickets.first() or user.assigned_tickets.first()
    return ticket.get_absolute_url() if ticket else "/"
