"""How fast mail is, from a comment to the mail server, on a running site that this does with as it likes."""

import http.client
import smtplib
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil
from django.conf import settings
from django.test import Client
from django.utils.crypto import get_random_string

from notifications.mailer import build
from notifications.models.messages import EmailMessage
from orgs.actor import Actor, Source
from orgs.models import Membership, Organization, User
from supportcenter.local.errors import StartError
from supportcenter.local.layout import Layout
from supportcenter.local.leftovers import find_leftovers
from supportcenter.local.prepare import wait_until
from supportcenter.outbox.models import OutboxDelivery, OutboxMessage
from tickets.actions.opening import TicketDraft, open_ticket
from tickets.models.catalog import Product, Reason
from tickets.models.following import Follow
from tickets.models.people import Participant
from tickets.models.ticket import Ticket

FEW, MANY = 20, 10_000
UPDATES = 40
SAMPLE = 1000


class Mail:
    """The site's organization of the demo, its people, and what its mail server has taken."""

    def __init__(self, layout: Layout, sink: Path) -> None:
        self.layout = layout
        self.sink = sink
        self.agent = User.objects.get(email="fay@support.example")
        self.organization = Organization.objects.get(slug="acme")
        Follow.objects.all().delete()

    def measure(self) -> None:
        """Print a table of what was measured and what is wanted."""
        loud, quiet = Product.objects.order_by("pk")[:2]
        few = self.ticket("Few", quiet, FEW - 1)
        row("POST until the last of 20 mails is taken, p95", self.until_taken(few), "s", "< 1")
        alone, many = self.ticket("Alone", quiet), self.ticket("Many", loud)
        self.add_followers(MANY, loud)
        post_one, post_many = self.post_alternately(alone, many)
        row(f"POST with 1 recipient, median of {UPDATES}", post_one * 1000, "ms")
        row(f"POST with {MANY} recipients, median of {UPDATES}", post_many * 1000, "ms")
        row("ratio", post_many / post_one, "×", "< 1.2")
        row("POST while worker and broker hang, slowest of 5", self.post_while_hung(alone) * 1000, "ms")
        self.wait_until_idle()
        sustained, grown = self.send_to_all(many)
        row(f"memory that a worker process gained by {MANY} recipients", grown, "MB")
        bare = self.bare_rate(many)
        row("two worker processes, sustained", sustained, "mails/s")
        row("bare smtplib, the same mails over one connection", bare, "mails/s")
        row("ratio", sustained / bare * 100, "%", "> 60")

    def ticket(self, subject: str, product: Product, people: int = 0) -> Ticket:
        """A ticket with somebody who opened it and so many people in CC, all told of its opening."""
        made = User.objects.bulk_create(
            User(email=f"{subject}-{number}@bench.example".lower(), name=f"Reader {number}", password="!")  # noqa: S106
            for number in range(people + 1)
        )
        Membership.objects.bulk_create(
            Membership(organization=self.organization, user=user, role="member") for user in made
        )
        draft = TicketDraft(
            submission_key=uuid.uuid4(),
            subject=subject,
            severity="high",
            product=product,
            reason=Reason.objects.all()[0],
            description="The lag of group `billing` grows since this morning.",
        )
        actor = Actor.of(made[0], Source.WEB)
        ticket = open_ticket(actor=actor, organization=self.organization, draft=draft)
        Participant.objects.bulk_create(Participant(ticket=ticket, user=user) for user in made[1:])
        self.wait_until_idle()
        return ticket

    def add_followers(self, count: int, product: Product) -> None:
        """People who follow all tickets about a product."""
        people = User.objects.bulk_create(
            (
                User(email=f"follower-{number}@bench.example", name=f"Follower {number}", password="!")  # noqa: S106
                for number in range(count)
            ),
            batch_size=1000,
        )
        Membership.objects.bulk_create(
            (Membership(organization=self.organization, user=user, role="admin") for user in people),
            batch_size=1000,
        )
        follows = (
            Follow(user=user, organization=self.organization, scope="product", product=product)
            for user in people
        )
        Follow.objects.bulk_create(follows, batch_size=1000)

    def until_taken(self, ticket: Ticket) -> float:
        """Seconds from the start of a POST until the server has taken the last mail; 95 of 100 are faster."""
        times = []
        for _ in range(UPDATES):
            before = len(self.taken())
            began = time.monotonic()
            self.post(ticket)
            wait_until(lambda before=before: len(self.taken()) >= before + FEW, "the mails")  # type: ignore[misc]
            times.append(self.taken()[before + FEW - 1] - began)
            self.wait_until_idle()
        return statistics.quantiles(times, n=20)[-1]

    def post_alternately(self, *tickets: Ticket) -> list[float]:
        """Median seconds of a POST on each ticket, while no worker disturbs; then nobody is told of them."""
        times: list[list[float]] = [[] for _ in tickets]
        with stopped(self.workers()):
            for _ in range(UPDATES):
                for ticket, taken in zip(tickets, times, strict=True):
                    taken.append(self.post(ticket))
            OutboxMessage.objects.all().delete()
        return [statistics.median(each) for each in times]

    def post_while_hung(self, ticket: Ticket) -> float:
        """The slowest of some POSTs while neither worker nor broker answer anything."""
        hung = [each for each in find_leftovers(self.layout) if each.name() == "valkey-server"]
        with stopped(self.workers() + hung):
            return max(self.post(ticket) for _ in range(5))

    def send_to_all(self, ticket: Ticket) -> tuple[float, float]:
        """Mails a second over the middle of one update to everybody, and megabytes gained by a worker."""
        before = {worker: worker.memory_info().rss for worker in self.workers()}
        done = len(self.taken()) + MANY + 1
        peak: dict[psutil.Process, int] = {}
        self.post(ticket)
        began = time.monotonic()
        while len(self.taken()) < done and time.monotonic() < began + 300:
            for worker in before:
                peak[worker] = max(peak.get(worker, 0), worker.memory_info().rss)
            time.sleep(0.2)
        moments = self.taken()[-MANY:]
        first, last = MANY // 20, MANY - MANY // 20
        grown = max(peak[worker] - rss for worker, rss in before.items())
        return (last - first) / (moments[last] - moments[first]), grown / 1e6

    def bare_rate(self, ticket: Ticket) -> float:
        """Mails a second that `smtplib` alone hands over, made beforehand."""
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
        """Comment as an agent over HTTP; how many seconds the answer took."""
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
            raise StartError(f"a comment was answered with {response.status}")
        return took

    @cached_property
    def headers(self) -> dict[str, str]:
        """Signed in as an agent, with a token against forged requests."""
        client = Client()
        client.force_login(self.agent, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        token = get_random_string(32)
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
        return {"Cookie": cookies, "X-CSRFToken": token}

    def workers(self) -> list[psutil.Process]:
        """The processes in which tasks run."""
        found = (each for each in find_leftovers(self.layout) if "worker" in each.cmdline())
        parents = [each for each in found if each.children()]
        return [child for each in parents for child in each.children()]

    def taken(self) -> list[float]:
        """The moments at which the mail server took mails."""
        lines = self.sink.read_text().splitlines(keepends=True)
        return [float(line.split()[0]) for line in lines if line.endswith("\n")]

    def wait_until_idle(self) -> None:
        def is_idle() -> bool:
            events = OutboxDelivery.objects.filter(state="pending").exists()
            return not events and not EmailMessage.objects.unsent().exists()

        wait_until(is_idle, "the worker")


@contextmanager
def stopped(processes: list[psutil.Process]) -> Iterator[None]:
    """Hold processes still for a while."""
    for each in processes:
        each.suspend()
    try:
        yield
    finally:
        for each in processes:
            each.resume()


def row(what: str, value: float, unit: str, wanted: str = "") -> None:
    print(f"{what:<66} {value:9.2f} {unit:<8} {wanted}", flush=True)
