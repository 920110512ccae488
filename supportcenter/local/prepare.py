"""The process of `make run` that prepares the database, waits for the site and prints the table of logins.

honcho stops everything when one process ends, so this one stays, as something very small.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import NoReturn
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from redis import RedisError

from supportcenter.local import embedded, probes
from supportcenter.local.errors import StartError
from supportcenter.local.layout import Layout
from supportcenter.local.welcome import UP, welcome


@contextmanager
def quiet_unless_failed() -> Iterator[None]:
    """Hold back what is printed inside, and print it only after an exception."""
    output = StringIO()
    try:
        with redirect_stdout(output), redirect_stderr(output):
            yield
    except Exception:
        print(output.getvalue(), end="")
        raise


def wait_for_servers(layout: Layout) -> None:
    """Wait for the embedded servers; the ones named in the environment must answer at once."""
    if os.environ["DATABASE_URL"] == embedded.database_url(layout.postgres_sockets):
        probes.wait_until(lambda: probes.postgres_answers(layout.postgres_sockets), "PostgreSQL")
        probes.create_database(layout.postgres_sockets)
    if os.environ["REDIS_URL"] == embedded.valkey_url(layout.valkey_socket):
        probes.wait_until(lambda: probes.valkey_answers(layout.valkey_socket), "Valkey")


def check_servers() -> None:
    """Raise an error of one line, not a traceback, when a server from the environment does not answer."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise StartError(f"the database in DATABASE_URL does not answer: {first_line(error)}") from None
    try:
        cache.get("")
    except (RedisError, ValueError) as error:
        raise StartError(f"the server in REDIS_URL does not answer: {first_line(error)}") from None


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def fill_database() -> None:
    """Run the migrations, and load the demo world if there is no organization yet."""
    try:
        with quiet_unless_failed():
            django.setup()
            check_servers()
            is_new = not connection.introspection.table_names()
        if is_new:
            print("First start: creating the database and loading the demo data.", flush=True)
        with quiet_unless_failed():
            call_command("migrate", interactive=False, verbosity=1)
            if not settings.DEBUG:
                call_command("collectstatic", interactive=False, verbosity=0)
            call_command("demo")
    except (CommandError, ImproperlyConfigured) as error:
        raise StartError(f"the database could not be prepared: {error}") from error
    connection.close()


def main() -> NoReturn:
    """Prepare the database, report that the site is up, and stay; on failure exit after one line."""
    has_catcher = "--catcher" in sys.argv
    layout = Layout.from_environ()
    try:
        wait_for_servers(layout)
        fill_database()
        layout.ready.touch()
        host = urlsplit(os.environ["SITE_URL"]).netloc
        probes.wait_until(lambda: probes.site_answers(int(os.environ["PORT"]), host), "the site's /healthz")
        if has_catcher:
            probes.wait_until(
                lambda: probes.mail_catcher_answers(os.environ["EMAIL_URL"]), "the mail catcher"
            )
    except StartError as error:
        print(f"make run: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
    print(welcome(os.environ, catches_mail=has_catcher), UP, sep="\n", flush=True)
    os.execvp("tail", ["tail", "-f", "/dev/null"])  # noqa: S606
