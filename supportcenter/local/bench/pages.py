"""`make bench ARGS=pages`: what each page costs, and how many times what a bare view costs in the same run.

CPU time is counted, of the web server's workers and of their connections in PostgreSQL, because it hardly
depends on what else the machine does. TICKETS is the number of tickets; the results also go as JSON to the
file that JSON names.

The yardsticks: `bare` reads 25 tickets for a signed-in agent and shows them as a plain table; `django` does
the same without the site's middleware and without a user; `tiny` is /healthz.
"""

import json
import os
import re
import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import cycle
from operator import add, truediv
from pathlib import Path
from urllib.parse import urljoin

from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from orgs.models import Organization, User
from supportcenter.local.bench.cpu import Meter, ProcessEndedError, spent
from supportcenter.local.bench.plans import fill, load_demo
from supportcenter.local.bench.requests import client
from supportcenter.local.bench.site import Site
from supportcenter.local.bench.tickets import (
    add_agents,
    add_conversation,
    add_customers,
    add_members,
    add_ticket,
)
from supportcenter.local.bench.web import Browser, Web, running_web
from supportcenter.local.errors import StartError
from tickets.models.catalog import Product

TICKETS = int(os.environ.get("TICKETS", "10000"))
ROUNDS = int(os.environ.get("ROUNDS", "7"))
# A burst is long enough for clock ticks of 10 ms, and for what happens once in many requests.
BURST_REQUESTS, BURST_SECONDS, WARM_UP = 20, 1, 4
# A site of some size: a choice of organizations or agents must not get slow with their number.
CUSTOMERS, AGENTS = 500, 30
COMMENTS, PARTICIPANTS = 20, 10
WEB_SERVER = "supportcenter.local.bench.web_settings"
BARE_SERVER = "supportcenter.local.bench.bare_settings"
BARE_SETTINGS: dict[str, object] = {"MIDDLEWARE": [], "ROOT_URLCONF": "supportcenter.local.bench.bare_urls"}
YARDSTICKS = ("bare", "tiny", "django")
AGENT, LEAD = "fay@support.example", "gus@support.example"
CUSTOMER, ADMIN = "ben@acme.example", "ada@acme.example"
ROWS = (r"SUP-\d+", 25)
COMMENT = {
    "kind": "answer",
    "status": "",
    "next_update_at": "",
    "macro": "",
    "body": "Please try the new version and tell us how it goes.",
}


@dataclass(frozen=True)
class Page:
    """What is measured.

    ``shows`` is a pattern, and how many different matches prove that the page is complete. With ``poll`` the
    request is the one that the element with this id repeats. With ``form`` it is a POST. With several paths,
    requests take turns. ``is_bare_server`` is the one without the site's middleware.
    """

    name: str
    email: str
    paths: tuple[str, ...]
    shows: tuple[str, int] = ("", 0)
    poll: str = ""
    form: dict[str, str] | None = None
    statuses: tuple[int, ...] = (200,)
    is_bare_server: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The headers of htmx, for a request that is not for a page."""
        if self.form:
            return {"HX-Request": "true", "HX-Target": "form#composer"}
        return {"HX-Request": "true"} if self.poll else {}

    def check(self, status: int, body: str) -> None:
        """Raise an error unless this is the answer that is to be measured."""
        if status not in self.statuses:
            raise StartError(f"{self.name}: the status was {status}, not {self.statuses}")
        pattern, least = self.shows
        if (found := len(set(re.findall(pattern, body)))) < least:
            raise StartError(f"{self.name}: “{pattern}” was found {found} times, not {least}")


@dataclass
class Result:
    """What requests for a page cost: CPU milliseconds, in each burst, of the web server and the database."""

    name: str
    statements: int = 0
    bytes: int = 0
    web: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    @property
    def web_ms(self) -> float:
        return statistics.median(self.web)

    @property
    def database_ms(self) -> float:
        return statistics.median(self.database)

    @property
    def totals(self) -> list[float]:
        return list(map(add, self.web, self.database))

    @property
    def total_ms(self) -> float:
        return statistics.median(self.totals)


def measure(site: Site) -> None:
    """Print a table of pages and what they cost."""
    load_demo()
    add_customers(CUSTOMERS)
    add_agents(AGENTS)
    fill(TICKETS)
    with connection.cursor() as cursor:
        # The work of a parallel worker would count for nobody.
        cursor.execute("ALTER SYSTEM SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_reload_conf()")
    pages = [*yardsticks(), *pages_of_the_site()]
    with (
        running_web(site, WEB_SERVER) as web,
        running_web(site, BARE_SERVER) as bare,
    ):
        results = Bench(web, bare).run(pages)
    print(*table(results), sep="\n", flush=True)
    if path := os.environ.get("JSON"):
        Path(path).write_text(json.dumps(as_json(results), indent=1) + "\n")
    connection.close()


def yardsticks() -> list[Page]:
    """Return the views with which all pages are compared, in the order of `YARDSTICKS`."""
    bare = Page("bare: 25 tickets", AGENT, ("/dev/bare/",), ROWS)
    return [
        bare,
        Page("tiny: /healthz", AGENT, ("/healthz",), ("ok", 1)),
        replace(bare, name="django: bare, no user", is_bare_server=True),
    ]


def pages_of_the_site() -> list[Page]:
    """Return the pages to measure, after adding tickets with long conversations for them."""
    ticket, *others = long_tickets()
    step = (r"Step \d+", COMMENTS)
    posted = tuple(f"{each}comments/" for each in others)
    sent = ("Please try the new version", 1)
    nothing_new = (204,)
    return [
        Page("queue", AGENT, ("/queue/",), ROWS),
        Page("queue, all tickets", AGENT, ("/queue/all/",), ROWS),
        Page("search in the queue", AGENT, ("/queue/all/?q=koala",), ROWS),
        Page("my tickets", CUSTOMER, ("/o/acme/tickets/",), ROWS),
        Page("organization's tickets", ADMIN, ("/o/acme/tickets/organization/",), ROWS),
        Page("ticket, agent", AGENT, (ticket,), step),
        Page("ticket, customer", CUSTOMER, (ticket,), step),
        Page("create form", CUSTOMER, ("/o/acme/tickets/new/",), ('name="product"', 1)),
        Page("report", LEAD, ("/reports/first-response/?period=90",), ("<td", 1)),
        Page("poll of the queue", AGENT, ("/queue/",), poll="queue-list", statuses=nothing_new),
        Page("poll of the thread", AGENT, (ticket,), poll="thread-poll", statuses=nothing_new),
        Page("poll of presence", AGENT, (ticket,), poll="ticket-presence", statuses=(200, 204)),
        Page("comment, agent", AGENT, posted, sent, form=COMMENT),
    ]


def long_tickets() -> list[str]:
    """Add tickets with many comments and people; return their addresses.

    The first is to be read. The others get a comment in turns, so that none grows much during the run.
    """
    acme, product = Organization.objects.get(slug="acme"), Product.objects.order_by("pk")[0]
    agent, customer = (User.objects.get(email=email) for email in (AGENT, CUSTOMER))
    people = add_members(acme, "Colleague", 2 * PARTICIPANTS, "member")
    addresses = []
    for number in range(1 + BURST_REQUESTS):
        colleagues = people if number else people[:PARTICIPANTS]
        ticket = add_ticket(acme, customer, f"Consumers lag {number}", product, colleagues)
        add_conversation(ticket, agent, COMMENTS)
        addresses.append(ticket.get_absolute_url())
    return addresses


class Bench:
    """Measurements of the site's web server and of a bare one."""

    def __init__(self, web: Web, bare: Web) -> None:
        self.webs = (web, bare)
        self.meters = tuple(Meter(each.pid) for each in self.webs)
        self.browsers: dict[tuple[str, bool], Browser] = {}

    def run(self, pages: list[Page]) -> list[Result]:
        """Measure all pages in rounds, so that what disturbs the machine for a while hits all alike."""
        results = [Result(page.name, statements=self.statements(page)) for page in pages]
        for _ in range(ROUNDS):
            for page, result in zip(pages, results, strict=True):
                self.measure(page, result)
        return results

    def measure(self, page: Page, result: Result, attempts: int = 3) -> None:
        """Add a burst to the results.

        It is repeated if a process ended, the connection was idle for too long for the server, or a poll had
        something new: the queue's clocks change each minute.
        """
        browser = self.browser(page)
        for left in reversed(range(attempts)):
            try:
                web, database, result.bytes = self.burst(
                    self.request(page, browser), self.meters[page.is_bare_server]
                )
            except (ProcessEndedError, ConnectionError, StartError) as error:
                if not left or (isinstance(error, StartError) and not page.poll):
                    raise
            else:
                result.web.append(web)
                result.database.append(database)
                return
            finally:
                browser.close()

    def burst(self, request: Callable[[], int], meter: Meter) -> tuple[float, float, int]:
        """Repeat a request; return the CPU milliseconds of web server and database for one, and its bytes."""
        for _ in range(WARM_UP):
            request()
        sizes: list[int] = []
        before = meter.read()
        began = time.monotonic()
        while len(sizes) < BURST_REQUESTS or time.monotonic() < began + BURST_SECONDS:
            sizes.append(request())
        after = meter.read()
        web, database = (spent(*pair) / 1e6 / len(sizes) for pair in zip(before, after, strict=True))
        return web, database, round(statistics.median(sizes))

    def request(self, page: Page, browser: Browser) -> Callable[[], int]:
        """Return a function that sends the request once, checks the answer and returns its size."""
        paths = cycle(self.paths(page, browser))

        def send() -> int:
            answer = browser.send(next(paths), page.form, page.headers)
            page.check(answer.status, answer.body.decode())
            return len(answer.body)

        return send

    def paths(self, page: Page, browser: Browser) -> tuple[str, ...]:
        """Return the addresses: of a poll, the one that the page has now."""
        if not page.poll:
            return page.paths
        address = polled(browser.send(page.paths[0]).body.decode(), page.poll)
        return (urljoin(page.paths[0], address),)

    def statements(self, page: Page) -> int:
        """Return the number of SQL statements, counted in this process."""
        browser = self.browser(page)
        path, inside = self.paths(page, browser)[0], client()
        browser.close()
        inside.cookies = browser.client.cookies
        with override_settings(**BARE_SETTINGS) if page.is_bare_server else nullcontext():
            for _ in range(2):  # the first one fills caches
                with CaptureQueriesContext(connection) as queries:
                    if page.form is None:
                        response = inside.get(path, headers=page.headers)
                    else:
                        response = inside.post(path, page.form, headers=page.headers)
                page.check(response.status_code, response.content.decode())
        return len(queries)

    def browser(self, page: Page) -> Browser:
        key = (page.email, page.is_bare_server)
        if key not in self.browsers:
            self.browsers[key] = Browser(self.webs[page.is_bare_server], page.email)
        return self.browsers[key]


def polled(page: str, element: str) -> str:
    """Return the address that an element of a page polls."""
    for tag in re.findall(r"<\w[^>]*>", page):
        if re.search(rf'\sid="{element}"', tag) and (found := re.search(r'\shx-get="([^"]*)"', tag)):
            return unescape(found[1])
    raise StartError(f"no element #{element} polls")


def multiples(results: list[Result]) -> list[dict[str, float]]:
    """Return how many times what each yardstick costs, which the first results are.

    It is the median over the rounds: in a busy minute page and yardstick both use more.
    """
    return [
        {
            name: statistics.median(map(truediv, each.totals, yardstick.totals))
            for name, yardstick in zip(YARDSTICKS, results, strict=False)
        }
        for each in results
    ]


def table(results: list[Result]) -> list[str]:
    """Return the lines of the table."""
    heading = f"{'CPU ms a request':<24}{'statements':>10}{'web':>9}{'database':>10}{'total':>9}{'bytes':>9}"
    lines = [heading + "".join(f"{'× ' + name:>10}" for name in YARDSTICKS)]
    for each, times in zip(results, multiples(results), strict=True):
        costs = f"{each.web_ms:9.2f}{each.database_ms:10.2f}{each.total_ms:9.2f}"
        line = f"{each.name:<24}{each.statements:10}{costs}{each.bytes:9}"
        lines.append(line + "".join(f"{value:10.1f}" for value in times.values()))
    return lines


def as_json(results: list[Result]) -> dict[str, object]:
    """Return the table with each burst, to compare runs."""
    rows = [
        {
            "name": each.name,
            "statements": each.statements,
            "web_ms": each.web_ms,
            "database_ms": each.database_ms,
            "total_ms": each.total_ms,
            "bytes": each.bytes,
            "multiples": times,
            "bursts": {"web_ms": each.web, "database_ms": each.database},
        }
        for each, times in zip(results, multiples(results), strict=True)
    ]
    return {"tickets": TICKETS, "rounds": ROUNDS, "pages": rows}
