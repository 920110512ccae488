"""Servers and settings for the tests, loaded before everything else by `-p tests.embedded`.

Without `DATABASE_URL` or `REDIS_URL` the run gets a PostgreSQL and a Valkey of its own in the temp dir. They
end with the run, in whatever way it ends. Workers of pytest-xdist use the servers of the main process, each
with a database of its own: pytest-django sees to PostgreSQL's, the worker's number is the one in Valkey.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
# Nothing of the person's environment or of `var/env` may change what tests see.
SETTINGS = {
    "ENV_FILE": "/nonexistent",
    "DEBUG": "False",
    "SECRET_KEY": "a-key-for-tests-that-is-long-enough-to-please-the-deploy-check",
    "SITE_URL": "http://testserver",
    "SITE_NAME": "Support Center",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "LOG_FORMAT": "console",
}
OWN_SERVERS = pytest.StashKey[subprocess.Popen[bytes]]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Set the environment; as a wrapper this runs before pytest-django loads the settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = with_database(os.environ["REDIS_URL"], int(worker.removeprefix("gw")))
    else:
        set_up(early_config)
    return (yield)


def set_up(config: pytest.Config) -> None:
    """Start what the environment does not name, and say in the environment where it is."""
    folder = Path(tempfile.mkdtemp(prefix="supportcenter-tests-"))
    folders = {"MEDIA_ROOT": str(folder / "files"), "DEV_MAILBOX": str(folder / "mail")}
    os.environ.update(SETTINGS | folders)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        return
    argv = [sys.executable, "-m", "supportcenter.local", "servers", str(folder)]
    pipe = subprocess.PIPE
    servers = subprocess.Popen(argv, cwd=CHECKOUT, stdin=pipe, stdout=pipe, start_new_session=True)  # noqa: S603
    config.stash[OWN_SERVERS] = servers
    line = servers.stdout.readline() if servers.stdout else b""
    if not line:
        raise pytest.UsageError("the servers for the tests did not start, see above")
    for name, url in json.loads(line).items():
        os.environ.setdefault(name, url)


def with_database(url: str, number: int) -> str:
    """The Valkey URL with another database number, in the form that fits its scheme."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return re.sub(r"\?db=[0-9]+$", "", url) + f"?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let the servers go and wait until they are gone; after SIGKILL the closed pipe alone does it."""
    servers = config.stash.get(OWN_SERVERS, None)
    if servers is None:
        return
    for stream in (servers.stdin, servers.stdout):
        if stream:
            stream.close()
    servers.wait(timeout=20)
