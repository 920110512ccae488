"""`make bench ARGS=plans`: what search and the agents' pages cost the database at a million tickets.

On a PostgreSQL of its own in a temporary folder. Prints a table; the plans go to the file that PLANS names,
or to `plans.txt` where it was started. TICKETS is how many.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from supportcenter.local import embedded
from supportcenter.local.layout import CHECKOUT, Layout

TICKETS = int(os.environ.get("TICKETS", "1000000"))
ROUNDS = 7
# A plan that reads one of these from end to end does not grow old well.
BIG = (
    "tickets_ticket",
    "tickets_comment",
    "tickets_activity",
    "tickets_searchdocument",
    "tickets_searchword",
)


@dataclass
class Cost:
    """What something cost the database: milliseconds of all its queries, indexes, tables read whole."""

    queries: int = 0
    milliseconds: float = 0
    indexes: list[str] = field(default_factory=list)
    read_whole: list[str] = field(default_factory=list)


@contextmanager
def database() -> Iterator[None]:
    """A PostgreSQL and a Valkey for this run, in the environment; thrown away at the end."""
    folder = tempfile.mkdtemp(prefix="supportcenter-plans-")
    argv = [sys.executable, "-m", "supportcenter.local", "servers", folder]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=CHECKOUT, stdin=pipe, stdout=pipe) as servers:
        if servers.stdout:
            os.environ.update(json.loads(servers.stdout.readline()))
        os.environ["STATIC_ROOT"] = f"{folder}/static"
        embedded.create_database(Layout(Path(folder)).postgres_sockets)
        yield


def fill(tickets: int) -> None:
    """The demo world, and very many tickets more."""
    from django.core.management import call_command  # noqa: PLC0415 - after the setup
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("demo", verbosity=0)
    for statement, seconds in grow(tickets):
        print(f"{seconds:6.1f} s  {' '.join(statement.split())[:70]}", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def grow(tickets: int) -> Iterator[tuple[str, float]]:
    """Add so many tickets to whatever people and products there are; each statement with its seconds."""
    from django.db import connection  # noqa: PLC0415

    text = re.sub(r"--.*", "", Path(__file__).with_suffix(".sql").read_text())
    with connection.cursor() as cursor:
        for statement in filter(str.strip, text.split(";\n")):
            began = time.monotonic()
            cursor.execute(statement, {"tickets": tickets})
            yield statement, time.monotonic() - began


def measured(call: Callable[[], object], name: str, report: TextIO) -> Cost:
    """Run it, then each of its reads again with EXPLAIN ANALYZE, a few times. The least counts, because what
    comes on top is the rest of the machine.
    """
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as captured:
        call()
    cost = Cost()
    report.write(f"\n{'=' * 100}\n{name}\n")
    for sql in [each["sql"] for each in captured if each["sql"].startswith(("SELECT", "(SELECT", "WITH"))]:
        plans = [_explained(sql) for _ in range(ROUNDS)]
        took, plan = min(plans)
        cost.queries += 1
        cost.milliseconds += took
        cost.indexes += re.findall(r"Index (?:Only )?Scan.*? (?:using|on) (\w+)", plan)
        cost.read_whole += [table for table in re.findall(r"Seq Scan on (\w+)", plan) if table in BIG]
        report.write(f"\n-- {took:.1f} ms\n{sql}\n{plan}\n")
    return cost


def _explained(sql: str) -> tuple[float, str]:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    times = re.findall(r"(?:Planning|Execution) Time: ([0-9.]+) ms", plan)
    return sum(map(float, times)), plan


def cases() -> dict[str, Callable[[], object]]:
    """What is measured, by its name in the table."""
    from django.conf import settings  # noqa: PLC0415
    from django.http import QueryDict  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from orgs.actor import Actor, Source  # noqa: PLC0415
    from orgs.models import User  # noqa: PLC0415
    from tickets.models.ticket import Ticket  # noqa: PLC0415
    from tickets.paging import Sort, page_of  # noqa: PLC0415
    from tickets.search.finding import searched  # noqa: PLC0415

    fay, ada = (User.objects.get(email=email) for email in ("fay@support.example", "ada@acme.example"))

    def search(text: str, user: User = fay) -> Callable[[], object]:
        def run() -> object:
            actor = Actor.of(user, Source.WEB)
            found = searched(actor, Ticket.objects.visible_to(actor), text)
            sort = found.sort or Sort("updated_at", descending=True)
            return page_of(found.queryset.for_queue(user.pk), sort, QueryDict())

        return run

    def page(path: str, user: User = fay) -> Callable[[], object]:
        client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return lambda: client.get(path)

    subject = Ticket.objects.get(pk=100_000 + TICKETS // 2).subject.split()
    ticket = Ticket.objects.get(pk=100_000 + TICKETS // 2)
    views = ["", "mine/", "unassigned/", "escalated/", "due/", "waiting/", "all/"]
    return {
        "search: a word in 0.1 % of tickets": search("quokka"),
        "search: a word in 1 %": search("wombat"),
        "search: a word in 10 %": search("koala"),
        f"search: a word in most ({subject[0]})": search(f'"{subject[0]}"'),
        "search: two words, one mistyped": search("quoka koala"),
        "search: two common words": search("wombat koala"),
        "search: the beginning of a word": search("quo"),
        "search: a phrase": search(f'"{" ".join(subject[1:3])}"'),
        "search: a word and operators": search("koala org:acme status:open severity:high"),
        "search: operators only": search("org:acme status:unfinished created:<30d"),
        "search: a word less another": search("koala -wombat"),
        "search: a customer's, 0.1 %": search("quokka", ada),
        "search: a customer's, 10 %": search("wombat", ada),
        **{f"page: /queue/{view}": page(f"/queue/{view}") for view in views},
        "page: /queue/all/?q=quokka": page("/queue/all/?q=quokka"),
        "page: /palette/?q=quokka": page("/palette/?q=quokka"),
        "page: a ticket": page(ticket.get_absolute_url()),
        "page: a customer's list": page("/o/acme/tickets/organization/", ada),
    }


def measure(report: Path) -> None:
    print(f"\n{TICKETS:,} tickets{'':<35} queries  ms in the database")
    with report.open("w") as plans:
        for name, call in cases().items():
            call()  # warms up
            cost = measured(call, name, plans)
            whole = f"  reads all of {', '.join(sorted(set(cost.read_whole)))}" if cost.read_whole else ""
            print(f"{name:<48}{cost.queries:>8} {cost.milliseconds:>9.1f}{whole}", flush=True)
    print(f"Plans: {report}")


def main() -> None:
    """Fill a database and measure; for `supportcenter.local.bench`."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "supportcenter.settings", "ENV_FILE": "/nonexistent"}
    os.environ |= {"SECRET_KEY": "x" * 50, "SITE_URL": "http://localhost", "EMAIL_URL": "smtp://127.0.0.1:9"}
    os.environ |= {"LOG_LEVEL": "ERROR", "DEMO_PASSWORD": "demo-password"}
    with database():
        import django  # noqa: PLC0415 - after the environment

        django.setup()
        fill(TICKETS)
        measure(Path(os.environ.get("PLANS", "plans.txt")))
        from django.db import connection  # noqa: PLC0415

        connection.close()
