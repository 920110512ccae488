"""The settings of a start: from the environment, and for the rest the embedded servers."""

import os
import re
import secrets
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from supportcenter.local.embedded import database_url, valkey_url
from supportcenter.local.errors import StartError
from supportcenter.local.layout import Layout

DEFAULT_PORT = 8000
# The settings in `var/env`, with which `manage.py` works in the checkout while `make run` is running.
WRITTEN = ("DEBUG", "SECRET_KEY", "SITE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "LOG_FORMAT")


def chosen_port(environ: Mapping[str, str]) -> int:
    """Return the web server's port: `PORT`, or 8000."""
    text = environ.get("PORT") or str(DEFAULT_PORT)
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise StartError(f"PORT is {text!r}: set it to a number from 1 to 65535")
    return int(text)


def check_port(port: int) -> None:
    """Raise an error if the port is not available."""
    with closing(socket.socket()) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError as error:
            reason = "is in use" if not isinstance(error, PermissionError) else "needs root"
            raise StartError(
                f"port {port} {reason}: choose another, for example make run PORT={free_port()}"
            ) from None


def free_port() -> int:
    """Return a port that is not in use."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def settings(layout: Layout, environ: Mapping[str, str]) -> dict[str, str]:
    """Return all settings of this start; variables of the environment override defaults unless empty."""
    port = chosen_port(environ)
    defaults = {
        "DEBUG": "True",
        "SECRET_KEY": secret_key(layout.env),
        "SITE_URL": f"http://localhost:{port}",
        "DATABASE_URL": database_url(layout.postgres_sockets),
        "REDIS_URL": valkey_url(layout.valkey_socket),
        "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
        "LOG_FORMAT": "console",
        "ENV_FILE": str(layout.env),
        "MEDIA_ROOT": str(layout.files),
        "DEV_MAILBOX": str(layout.mail),
    }
    own = {"PORT": str(port), "DJANGO_SETTINGS_MODULE": "supportcenter.local.settings"}
    return {name: environ.get(name) or default for name, default in defaults.items()} | own


def outer_environment() -> dict[str, str]:
    """Return what any process needs of the environment, without settings of the site."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def secret_key(env_file: Path) -> str:
    """Return the secret key of the previous start, so that sessions survive a restart, or a new one."""
    text = env_file.read_text() if env_file.exists() else ""
    found = re.search(r"^SECRET_KEY='(.{50,})'$", text, re.MULTILINE)
    return found[1] if found else secrets.token_urlsafe(50)


def write_env_file(path: Path, values: Mapping[str, str]) -> None:
    """Write the settings for `manage.py` in one step, readable only by this user."""
    lines = [f"{name}='{values[name]}'\n" for name in WRITTEN]
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text("".join(["# Written by `make run` at each start.\n", *lines]))
    fresh.replace(path)
