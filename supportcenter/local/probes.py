"""Whether the servers of a start answer yet."""

import http.client
import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from supportcenter.local.embedded import DATABASE, database_url
from supportcenter.local.errors import StartError

# Seconds that only a hang takes, not a slow machine.
PATIENCE = 600


def wait_until(condition: Callable[[], bool], name: str, patience: float = PATIENCE) -> None:
    """Wait for a condition, or raise `StartError` after `patience` seconds; `name` is what didn't answer."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise StartError(f"{name} did not answer within {patience:.0f} seconds")
        time.sleep(0.05)


def valkey_answers(path: Path) -> bool:
    """Whether a server is behind the socket; the file alone proves nothing, it outlives a killed server."""
    with closing(socket.socket(socket.AF_UNIX)) as connection, suppress(OSError):
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def postgres_answers(sockets: Path) -> bool:
    """Whether PostgreSQL accepts connections at this socket."""
    with suppress(psycopg.OperationalError), psycopg.connect(database_url(sockets, "postgres")):
        return True
    return False


def create_database(sockets: Path) -> None:
    """Create the product's database unless it exists."""
    with psycopg.connect(database_url(sockets, "postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def site_answers(port: int, host: str) -> bool:
    """Whether the web server reports that it is alive."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == http.client.OK
    return False


def mail_catcher_answers(url: str) -> bool:
    """Whether the catcher accepts connections at the address in `EMAIL_URL`."""
    address = urlsplit(url)
    with suppress(OSError), socket.create_connection((address.hostname, address.port), timeout=60):
        return True
    return False
