"""What a benchmark measures: a site, or only its database, in a temporary folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from supportcenter.local import probes
from supportcenter.local.environment import free_port, outer_environment
from supportcenter.local.layout import CHECKOUT, Layout

LOCAL = [sys.executable, "-m", "supportcenter.local"]


@dataclass(frozen=True)
class Site:
    """Where the site's files are, and the log in which its mail server notes each mail."""

    layout: Layout
    mail_log: Path


@contextmanager
def process(argv: list[str], log: Path, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process until the end of the block, with its output in the log."""
    with log.open("wb") as output:
        running = subprocess.Popen(argv, cwd=CHECKOUT, env=environ, stdout=output, stderr=output)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def mail_server(port: int, folder: Path, *, discards_mail: bool) -> list[str]:
    """Return the command of a mail server that logs each mail: the catcher of `make run`, or a bare one."""
    if discards_mail:
        return [*LOCAL, "smtp-sink", str(port)]
    handler = ["-c", "supportcenter.local.bench.logging_mailbox.LoggingMailbox", str(folder / "mail")]
    return [sys.executable, "-m", "aiosmtpd", "-n", *handler, "-l", f"127.0.0.1:{port}"]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Create a folder, keep collected static files in it too, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="supportcenter-bench-"))
    os.environ["STATIC_ROOT"] = str(folder / "static")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_site(*, discards_mail: bool) -> Iterator[Site]:
    """Run a site with the demo world and a real worker, whose settings Django then reads here too."""
    with temporary_folder() as folder:
        site = Site(Layout(folder / "var"), folder / "mail.log")
        mail_port = free_port()
        values = {
            "VAR_DIR": str(site.layout.var),
            "STATIC_ROOT": os.environ["STATIC_ROOT"],
            "PORT": str(free_port()),
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DEBUG": "False",
        }
        environ = outer_environment()
        log = folder / "run.log"
        with (
            process(mail_server(mail_port, folder, discards_mail=discards_mail), site.mail_log, environ),
            process([*LOCAL, "run"], log, environ | values),
        ):
            probes.wait_until(lambda: b"Ctrl-C stops everything" in log.read_bytes(), "the site")
            os.environ["ENV_FILE"] = str(site.layout.env)
            yield site


@contextmanager
def running_database() -> Iterator[Site]:
    """Run PostgreSQL and Valkey alone, with their URLs and all other settings in the environment."""
    with temporary_folder() as folder:
        site = Site(Layout(folder / "servers"), folder / "mail.log")
        argv = [*LOCAL, "servers", str(site.layout.var)]
        pipe = subprocess.PIPE
        with subprocess.Popen(argv, cwd=CHECKOUT, stdin=pipe, stdout=pipe) as servers:
            if servers.stdout:
                os.environ.update(json.loads(servers.stdout.readline()))
            os.environ |= {"ENV_FILE": "/nonexistent", "SECRET_KEY": "x" * 50}
            os.environ |= {
                "RATE_LIMITS": "False",
                "SITE_URL": "http://localhost",
                "EMAIL_URL": "smtp://127.0.0.1:9",
            }
            probes.create_database(site.layout.postgres_sockets)
            yield site
