"""Servers and settings for the tests, loaded before everything else by `-p tests.embedded`.

Without `DATABASE_URL` or `REDIS_URL` the run gets a PostgreSQL and a Valkey of its own in the temp dir. They
end with the run, however it ends. Workers of pytest-xdist use the servers of the main process, each with its
own database: pytest-django creates PostgreSQL's, and in Valkey the worker's number is the database's.
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

from tests.waiting import LIMIT_SECONDS

CHECKOUT = Path(__file__).resolve().parents[1]
# Neither the developer's environment nor `var/env` may change what tests see.
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
    """Start the servers that the environment does not name, and put their URLs into it."""
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
    """Return the Valkey URL with another database number, in the form of its scheme."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return re.sub(r"\?db=[0-9]+$", "", url) + f"?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and wait until they have ended. After a SIGKILL the closed pipe alone stops them."""
    servers = config.stash.get(OWN_SERVERS, None)
    if servers is None:
        return
    for stream in (servers.stdin, servers.stdout):
        if stream:
            stream.close()
    servers.wait(LIMIT_SECONDS)
