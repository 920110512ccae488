"""The process of `make run` that gets the database ready, waits for the site and prints the table.

honcho ends everything when one process ends, so this one stays, as something very small.
"""

import http.client
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from typing import NoReturn
from urllib.parse import urlsplit

from supportcenter.local import embedded
from supportcenter.local.errors import StartError
from supportcenter.local.layout import Layout
from supportcenter.local.welcome import welcome

# The line that tells the supervisor to show what the processes say from now on.
UP = "\x06"
PATIENCE = 60


def wait_until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Ask again and again, for `patience` seconds at most."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise StartError(f"{what} did not answer within {patience:.0f} seconds")
        time.sleep(0.05)


@contextmanager
def held_back() -> Iterator[None]:
    """Keep what is printed inside to ourselves, unless it fails."""
    said = StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            yield
    except Exception:
        print(said.getvalue(), end="")
        raise


def wait_for_servers(layout: Layout) -> None:
    """Until the embedded servers answer; the ones named in the environment must answer at once."""
    if os.environ["DATABASE_URL"] == embedded.database_url(layout.postgres_sockets):
        wait_until(lambda: embedded.postgres_answers(layout.postgres_sockets), "PostgreSQL")
        embedded.create_database(layout.postgres_sockets)
    if os.environ["REDIS_URL"] == embedded.valkey_url(layout.valkey_socket):
        wait_until(lambda: embedded.valkey_answers(layout.valkey_socket), "Valkey")


def check_foreign_servers() -> None:
    """One line instead of a traceback when a server from the environment does not answer."""
    from django.core.cache import cache  # noqa: PLC0415
    from django.db import OperationalError, connection  # noqa: PLC0415
    from redis import RedisError  # noqa: PLC0415

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
    """Migrations, and the demo world where there is no organization yet."""
    import django  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import CommandError, call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    try:
        with held_back():
            django.setup()
            check_foreign_servers()
            is_new = not connection.introspection.table_names()
        if is_new:
            print("First start: making tables and the demo world.", flush=True)
        with held_back():
            call_command("migrate", interactive=False, verbosity=1)
            if not settings.DEBUG:
                call_command("collectstatic", interactive=False, verbosity=0)
            call_command("demo")
    except (CommandError, ImproperlyConfigured) as error:
        raise StartError(f"the database could not be made ready: {error}") from error
    connection.close()


def answers(port: int, host: str) -> bool:
    """Whether the web server says that it is alive."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == http.client.OK
    return False


def mail_catcher_answers() -> bool:
    """Whether the catcher takes mail at the address in `EMAIL_URL`."""
    address = urlsplit(os.environ["EMAIL_URL"])
    with suppress(OSError), socket.create_connection((address.hostname, address.port), timeout=5):
        return True
    return False


def main() -> NoReturn:
    """Prepare, say that the site is up, and stay; ends only after one line that says why not."""
    has_catcher = "--catcher" in sys.argv
    layout = Layout.from_environ()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportcenter.settings")
    try:
        wait_for_servers(layout)
        fill_database()
        layout.ready.touch()
        host = urlsplit(os.environ["SITE_URL"]).netloc
        wait_until(lambda: answers(int(os.environ["PORT"]), host), "the site's /healthz")
        if has_catcher:
            wait_until(mail_catcher_answers, "the mail catcher")
    except StartError as error:
        print(f"make run: {error}", file=sys.stderr, flush=True)
        sys.exit(1)
    print(welcome(os.environ, catches_mail=has_catcher), UP, sep="\n", flush=True)
    os.execvp("tail", ["tail", "-f", "/dev/null"])  # noqa: S606
