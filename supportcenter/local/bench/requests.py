"""Requests as someone of the demo world, and the plans of the queries that they cause."""

import re

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils.crypto import get_random_string

from orgs.models import User


def client(email: str = "") -> Client:
    """Return a browser, signed in as the person with this address."""
    found = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    if email:
        found.force_login(User.objects.get(email=email), backend=settings.AUTHENTICATION_BACKENDS[0])
    return found


def headers_of(browser: Client) -> dict[str, str]:
    """Return the headers with which a signed-in browser sends requests over HTTP, with a CSRF token."""
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    token = get_random_string(32)
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
    return {"Cookie": cookies, "X-CSRFToken": token}


def explain(sql: str) -> tuple[float, str]:
    """Run a query and return its milliseconds and its plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return sum(map(float, re.findall(r"(?:Planning|Execution) Time: ([0-9.]+) ms", plan))), plan
