"""`make bench ARGS=plans`: what search and the agents' pages cost the database at a million tickets.

Prints a table; the plans go to the file that PLANS names, or to `plans.txt` in the current folder. TICKETS is
the number of tickets.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from orgs.actor import Actor
from orgs.models import User
from orgs.source import Source
from supportcenter.local.bench.requests import client, explain
from supportcenter.local.bench.site import Site
from tickets.models.ticket import Ticket
from tickets.paging import Sort, page_of
from tickets.search.finding import searched

TICKETS = int(os.environ.get("TICKETS", "1000000"))
ROUNDS = 7
AGENT, CUSTOMER = "fay@support.example", "ada@acme.example"
# A plan that reads one of these from end to end gets slower with every ticket.
BIG = (
    "tickets_ticket",
    "tickets_comment",
    "tickets_activity",
    "tickets_searchdocument",
    "tickets_publicdocument",
    "tickets_searchword",
)


@dataclass
class Cost:
    """The cost of a call in the database: queries, milliseconds, indexes used, big tables read whole."""

    queries: int = 0
    milliseconds: float = 0
    indexes: list[str] = field(default_factory=list)
    read_whole: list[str] = field(default_factory=list)


def load_demo() -> None:
    """Create the tables and the static files, and load the demo world."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("demo", verbosity=0, stdout=sys.stderr)


def fill(tickets: int) -> None:
    """Add a great many tickets of the people there are."""
    for statement, seconds in add_tickets(tickets):
        line = f"{seconds:6.1f} s  {' '.join(statement.split())[:70]}"
        print(line, file=sys.stderr, flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def add_tickets(tickets: int) -> Iterator[tuple[str, float]]:
    """Add tickets for the people and products there are; yield each statement with its seconds."""
    text = re.sub(r"--.*", "", Path(__file__).with_suffix(".sql").read_text())
    with connection.cursor() as cursor:
        for statement in filter(str.strip, text.split(";\n")):
            began = time.monotonic()
            cursor.execute(statement, {"tickets": tickets})
            yield statement, time.monotonic() - began


def cost_of(call: Callable[[], object], name: str, report: TextIO) -> Cost:
    """Run a call, then explain each of its reads a few times and write the plans to the report.

    The fastest time counts: the rest of the machine can only add to it.
    """
    with CaptureQueriesContext(connection) as captured:
        call()
    cost = Cost()
    report.write(f"\n{'=' * 100}\n{name}\n")
    for sql in [each["sql"] for each in captured if each["sql"].startswith(("SELECT", "(SELECT", "WITH"))]:
        took, plan = min(explain(sql) for _ in range(ROUNDS))
        cost.queries += 1
        cost.milliseconds += took
        cost.indexes += re.findall(r"Index (?:Only )?Scan.*? (?:using|on) (\w+)", plan)
        cost.read_whole += [table for table in re.findall(r"Seq Scan on (\w+)", plan) if table in BIG]
        report.write(f"\n-- {took:.1f} ms\n{sql}\n{plan}\n")
    return cost


def cases() -> dict[str, Callable[[], object]]:
    """Return what is measured, by its name in the table."""

    def search(text: str, email: str = AGENT) -> Callable[[], object]:
        user = User.objects.get(email=email)

        def run() -> object:
            actor = Actor.of(user, Source.WEB)
            found = searched(actor, Ticket.objects.visible_to(actor), text, ranked=True)
            sort = found.sort or Sort("updated_at", descending=True)
            return page_of(found.queryset.for_queue(user.pk), sort, QueryDict())

        return run

    def page(path: str, email: str = AGENT) -> Callable[[], object]:
        browser = client(email)
        return lambda: browser.get(path)

    ticket = Ticket.objects.get(pk=100_000 + TICKETS // 2)
    subject = ticket.subject.split()
    views = ["", "mine/", "unassigned/", "escalated/", "due/", "waiting/", "all/"]
    return {
        "search: a word in 0.1% of tickets": search("quokka"),
        "search: a word in 1%": search("wombat"),
        "search: a word in 10%": search("koala"),
        f"search: a word in most ({subject[0]})": search(f'"{subject[0]}"'),
        "search: two words, one mistyped": search("quoka koala"),
        "search: two common words": search("wombat koala"),
        "search: the start of a word": search("quo"),
        "search: a phrase": search(f'"{" ".join(subject[1:3])}"'),
        "search: a word and operators": search("koala org:acme status:open severity:high"),
        "search: operators only": search("org:acme status:unfinished created:<30d"),
        "search: a word without another": search("koala -wombat"),
        "search: a customer's, 0.1%": search("quokka", CUSTOMER),
        "search: a customer's, 10%": search("wombat", CUSTOMER),
        **{f"page: /queue/{view}": page(f"/queue/{view}") for view in views},
        "page: /queue/all/?q=quokka": page("/queue/all/?q=quokka"),
        "page: /palette/?q=quokka": page("/palette/?q=quokka"),
        "page: a ticket": page(ticket.get_absolute_url()),
        "page: a customer's list": page("/o/acme/tickets/organization/", CUSTOMER),
    }


def measure(site: Site) -> None:
    """Fill the database and print what each case costs."""
    load_demo()
    fill(TICKETS)
    report = Path(os.environ.get("PLANS", "plans.txt"))
    print(f"\n{TICKETS:,} tickets{'':<35} queries  ms in the database")
    with report.open("w") as plans:
        for name, call in cases().items():
            call()  # warms up
            cost = cost_of(call, name, plans)
            whole = f"  reads all of {', '.join(sorted(set(cost.read_whole)))}" if cost.read_whole else ""
            print(f"{name:<48}{cost.queries:>8} {cost.milliseconds:>9.1f}{whole}", flush=True)
    print(f"Plans: {report}")
    connection.close()
