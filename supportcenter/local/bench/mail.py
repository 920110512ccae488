"""How fast mail is, from a comment to the mail server, on a running site of its own."""

import http.client
import smtplib
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import urlencode, urlsplit

import psutil
from django.conf import settings

from notifications.mailer import build
from notifications.models.messages import EmailMessage
from orgs.models import Organization
from supportcenter.local.bench.requests import client, headers_of
from supportcenter.local.bench.site import Site
from supportcenter.local.bench.tickets import add_members, add_ticket
from supportcenter.local.errors import StartError
from supportcenter.local.leftovers import find_leftovers
from supportcenter.local.probes import wait_until
from supportcenter.outbox.models import OutboxDelivery, OutboxMessage
from tickets.models.catalog import Product
from tickets.models.following import Follow
from tickets.models.ticket import Ticket

FEW, MANY = 20, 10_000
UPDATES = 40
SAMPLE = 1000


def measure(site: Site) -> None:
    """Print a table of what was measured and the target of each."""
    MailBenchmark(site).run()


class MailBenchmark:
    """Comments on a site, and the mails that its mail server received."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.organization = Organization.objects.get(slug="acme")
        Follow.objects.all().delete()

    def run(self) -> None:
        loud, quiet = Product.objects.order_by("pk")[:2]
        few = self.ticket("Few", quiet, FEW - 1)
        row("POST until the last of 20 mails is received, p95", self.time_until_received(few), "s", "< 1")
        alone, many = self.ticket("Alone", quiet), self.ticket("Many", loud)
        self.add_followers(MANY, loud)
        post_one, post_many = self.post_alternately(alone, many)
        row(f"POST with 1 recipient, median of {UPDATES}", post_one * 1000, "ms")
        row(f"POST with {MANY} recipients, median of {UPDATES}", post_many * 1000, "ms")
        row("ratio", post_many / post_one, "×", "< 1.2")
        row("POST while workers and broker hang, slowest of 5", self.post_while_hung(alone) * 1000, "ms")
        self.wait_until_idle()
        sustained, grown = self.send_to_all(many)
        row(f"memory that a worker process gained by {MANY} recipients", grown, "MB")
        bare = self.bare_rate(many)
        row("two worker processes, sustained", sustained, "mails/s")
        row("bare smtplib, the same mails over one connection", bare, "mails/s")
        row("ratio", sustained / bare * 100, "%", "> 60")

    def ticket(self, subject: str, product: Product, people: int = 0) -> Ticket:
        """Open a ticket with this many people in CC, and wait until everyone was notified."""
        requester, *others = add_members(self.organization, subject, people + 1, "member")
        ticket = add_ticket(self.organization, requester, subject, product, others)
        self.wait_until_idle()
        return ticket

    def add_followers(self, count: int, product: Product) -> None:
        """Add people who follow all tickets about a product."""
        follows = (
            Follow(user=user, organization=self.organization, scope="product", product=product)
            for user in add_members(self.organization, "Follower", count, "admin")
        )
        Follow.objects.bulk_create(follows, batch_size=1000)

    def time_until_received(self, ticket: Ticket) -> float:
        """Return the 95th percentile of the seconds from a POST until its last mail is received."""
        times = []
        for _ in range(UPDATES):
            before = len(self.received())
            began = time.monotonic()
            self.post(ticket)
            wait_until(lambda before=before: len(self.received()) >= before + FEW, "the mails")  # type: ignore[misc]
            times.append(self.received()[before + FEW - 1] - began)
            self.wait_until_idle()
        return statistics.quantiles(times, n=20)[-1]

    def post_alternately(self, *tickets: Ticket) -> list[float]:
        """Return the median seconds of a POST on each ticket while the workers are paused; send no mails."""
        times: list[list[float]] = [[] for _ in tickets]
        with paused(self.workers()):
            for _ in range(UPDATES):
                for ticket, durations in zip(tickets, times, strict=True):
                    durations.append(self.post(ticket))
            OutboxMessage.objects.all().delete()
        return [statistics.median(each) for each in times]

    def post_while_hung(self, ticket: Ticket) -> float:
        """Return the slowest of some POSTs while neither workers nor broker respond."""
        hung = [each for each in find_leftovers(self.site.layout) if each.name() == "valkey-server"]
        with paused(self.workers() + hung):
            return max(self.post(ticket) for _ in range(5))

    def send_to_all(self, ticket: Ticket) -> tuple[float, float]:
        """Return mails a second while everyone is notified, and the megabytes that a worker gained."""
        before = {worker: worker.memory_info().rss for worker in self.workers()}
        done = len(self.received()) + MANY + 1
        peak: dict[psutil.Process, int] = {}
        self.post(ticket)
        began = time.monotonic()
        while len(self.received()) < done and time.monotonic() < began + 300:
            for worker in before:
                peak[worker] = max(peak.get(worker, 0), worker.memory_info().rss)
            time.sleep(0.2)
        moments = self.received()[-MANY:]
        first, last = MANY // 20, MANY - MANY // 20
        grown = max(peak[worker] - rss for worker, rss in before.items())
        return (last - first) / (moments[last] - moments[first]), grown / 1e6

    def bare_rate(self, ticket: Ticket) -> float:
        """Return the mails a second that `smtplib` alone sends when they are built beforehand."""
        rows = EmailMessage.objects.filter(ticket=ticket, state="sent").select_related(
            "recipient", "ticket__organization", "activity__actor", "activity__comment__author"
        )
        mails = [
            (each.to_address, build(each).message().as_bytes().replace(b"\n", b"\r\n"))
            for each in rows[:SAMPLE]
        ]
        with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as server:
            began = time.monotonic()
            for address, content in mails:
                server.sendmail("support@localhost", [address], content)
            return len(mails) / (time.monotonic() - began)

    def post(self, ticket: Ticket) -> float:
        """Comment as an agent over HTTP; return the seconds until the response."""
        where = urlsplit(settings.SITE_URL)
        connection = http.client.HTTPConnection("127.0.0.1", where.port, timeout=60)
        body = urlencode({"kind": "answer", "body": "Please try the new version and tell us how it goes."})
        headers = self.headers | {"Host": where.netloc, "Content-Type": "application/x-www-form-urlencoded"}
        began = time.monotonic()
        connection.request("POST", f"{ticket.get_absolute_url()}comments/", body, headers)
        response = connection.getresponse()
        response.read()
        took = time.monotonic() - began
        connection.close()
        if response.status != http.client.FOUND:
            raise StartError(f"the response to a comment was {response.status}")
        return took

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers of a signed-in agent, with a CSRF token."""
        return headers_of(client("fay@support.example"))

    def workers(self) -> list[psutil.Process]:
        """Return the processes in which tasks run."""
        found = (each for each in find_leftovers(self.site.layout) if "worker" in each.cmdline())
        parents = [each for each in found if each.children()]
        return [child for each in parents for child in each.children()]

    def received(self) -> list[float]:
        """Return the times at which the mail server received mails."""
        lines = self.site.mail_log.read_text().splitlines(keepends=True)
        return [float(line.split()[0]) for line in lines if line.endswith("\n")]

    def wait_until_idle(self) -> None:
        def is_idle() -> bool:
            events = OutboxDelivery.objects.filter(state="pending").exists()
            return not events and not EmailMessage.objects.unsent().exists()

        wait_until(is_idle, "the worker")


@contextmanager
def paused(processes: list[psutil.Process]) -> Iterator[None]:
    """Suspend processes until the end of the block."""
    for each in processes:
        each.suspend()
    try:
        yield
    finally:
        for each in processes:
            each.resume()


def row(name: str, value: float, unit: str, target: str = "") -> None:
    print(f"{name:<66} {value:9.2f} {unit:<8} {target}", flush=True)
