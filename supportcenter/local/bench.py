"""`make bench`: what pages and mail cost, as ratios to something bare in the same run.

Machines are shared and noisy, so only the ratios say something. A site of its own is started in a temporary
folder, with a real worker, and removed at the end.
"""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from supportcenter.local import bench_plans
from supportcenter.local.environment import free_port
from supportcenter.local.layout import CHECKOUT, Layout
from supportcenter.local.prepare import wait_until

ROUNDS = 40
PAGES = {
    "ben@acme.example": ["/o/acme/tickets/", "/o/acme/tickets/?q=lag", "/o/acme/tickets/new/", "TICKET"],
    "ada@acme.example": ["/o/acme/tickets/organization/"],
    "fay@support.example": ["/queue/", "/queue/all/", "TICKET"],
}


def median_ms(call: Callable[[], object]) -> float:
    """The median duration of a call in milliseconds, after three that warm up."""
    times = []
    for _ in range(ROUNDS + 3):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[3:])


@contextmanager
def process(argv: list[str], log: Path, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is asked to end when we are done; what it says is in the log."""
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


def mail_server(port: int, folder: Path, *, is_bare: bool) -> list[str]:
    """The command of a mail server that notes what it takes: make run's catcher, or one that does no more."""
    if is_bare:
        return [sys.executable, "-m", "supportcenter.local", "sink", str(port)]
    noting = ["-c", "supportcenter.local.noting.Noting", str(folder / "mail")]
    return [sys.executable, "-m", "aiosmtpd", "-n", *noting, "-l", f"127.0.0.1:{port}"]


@contextmanager
def site(*, is_bare: bool) -> Iterator[tuple[Layout, Path]]:
    """A site with the demo world, and the file in which its mail server notes what it took."""
    folder = Path(tempfile.mkdtemp(prefix="supportcenter-bench-"))
    layout = Layout(folder / "var")
    sink, log = folder / "sink", folder / "run.log"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    mail_port, port = free_port(), free_port()
    values = {
        "VAR_DIR": str(layout.var),
        "STATIC_ROOT": str(folder / "static"),
        "PORT": str(port),
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "DEBUG": "False",
    }
    local = [sys.executable, "-m", "supportcenter.local"]
    try:
        with (
            process(mail_server(mail_port, folder, is_bare=is_bare), sink, kept),
            process([*local, "run"], log, kept | values),
        ):
            wait_until(lambda: b"Ctrl-C stops everything" in log.read_bytes(), "the site", 120)
            yield layout, sink
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def pages() -> None:
    """Print a table of pages, milliseconds and ratios."""
    from django.conf import settings  # noqa: PLC0415 - after the setup
    from django.test import Client  # noqa: PLC0415

    from orgs.models import User  # noqa: PLC0415

    host = settings.ALLOWED_HOSTS[0]
    nobody = Client(headers={"host": host})
    bare = median_ms(lambda: nobody.get("/healthz"))
    print(f"{'a bare view':<58} {bare:7.1f} ms      1×")
    for email, paths in PAGES.items():
        client = Client(headers={"host": host})
        user = User.objects.get(email=email)
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        for path in paths:
            where = path
            if path == "TICKET":
                ticket = user.requested_tickets.first() or user.assigned_tickets.first()
                where = ticket.get_absolute_url() if ticket else "/"
            took = median_ms(lambda client=client, where=where: client.get(where))  # type: ignore[misc]
            print(f"{email:<22}{where:<36} {took:7.1f} ms {took / bare:6.0f}×", flush=True)


def main() -> int:
    """Measure what the arguments name, `pages`, `mail`, `plans` or `reports`; without any, pages and mail.

    Mail goes to the catcher of `make run`; with `sink` to a server that does nothing with it.
    """
    wanted = sys.argv[1:] or ["pages", "mail"]
    if "plans" in wanted:
        bench_plans.main()
        return 0
    with site(is_bare="sink" in wanted) as (layout, sink):
        os.environ |= {"DJANGO_SETTINGS_MODULE": "supportcenter.settings", "ENV_FILE": str(layout.env)}
        os.environ |= {"LOG_LEVEL": "ERROR", "STATIC_ROOT": str(layout.var.with_name("static"))}
        django.setup()
        from supportcenter.local.bench_mail import Mail  # noqa: PLC0415 - needs the setup

        if "pages" in wanted:
            pages()
        if "reports" in wanted:
            from supportcenter.local import bench_reports  # noqa: PLC0415 - needs the setup

            bench_reports.measure()
        if {"mail", "sink"} & set(wanted):
            Mail(layout, sink).measure()
    return 0
