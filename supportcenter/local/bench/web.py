"""The web server of `make run` on a port of its own, and a browser's connection to it."""

import http.client
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from supportcenter.local import probes
from supportcenter.local.bench.requests import client, headers_of
from supportcenter.local.bench.site import Site, process
from supportcenter.local.environment import free_port, outer_environment
from supportcenter.local.errors import StartError
from supportcenter.local.supervise import app_commands

HOST = "localhost"
SETTINGS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "EMAIL_URL", "STATIC_ROOT", "ENV_FILE")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True)
class Web:
    """A running web server."""

    pid: int
    port: int


@contextmanager
def running_web(site: Site, settings_module: str) -> Iterator[Web]:
    """Run the web server of `make run`, without the workers, whose queries would be counted too."""
    port = free_port()
    values = {name: os.environ[name] for name in SETTINGS} | {
        "PORT": str(port),
        "DEBUG": "False",
        "LOG_FORMAT": "console",
        "DJANGO_SETTINGS_MODULE": settings_module,
    }
    environ = outer_environment() | values
    argv = app_commands(site.layout, values, values)["web"]
    log = site.layout.var / f"{settings_module}.log"
    with process(argv, log, environ) as running:

        def is_up() -> bool:
            if running.poll() is not None:
                raise StartError(f"the web server ended:\n{log.read_text()[-2000:]}")
            return is_answering(port)

        probes.wait_until(is_up, "the web server")
        yield Web(running.pid, port)


def is_answering(port: int) -> bool:
    """Return whether a worker answers. The status does not matter: the bare server has no probe."""
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/healthz", headers={"Host": HOST})
        return bool(connection.getresponse().status)
    return False


class Browser:
    """Requests to the web server as one person, over one connection that is kept alive until `close`."""

    def __init__(self, web: Web, email: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
        self.client = client(email)
        self.headers = headers_of(self.client) | {"Host": HOST}

    def send(
        self, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """GET a page, or POST a form if there is one."""
        headers = self.headers | (headers or {})
        if form is None:
            self.connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = MULTIPART_CONTENT
            self.connection.request("POST", path, encode_multipart(BOUNDARY, form), headers)
        response = self.connection.getresponse()
        return Answer(response.status, response.read())

    def close(self) -> None:
        self.connection.close()
