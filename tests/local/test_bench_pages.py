"""`make bench ARGS=pages` counts what it should, and refuses an answer that is not the page."""

import hashlib
import os
import threading

import pytest
from django.urls import NoReverseMatch, reverse

from supportcenter.local import settings as local_settings
from supportcenter.local.bench.cpu import CLIENT, ProcessEndedError, cpu_ns, spent
from supportcenter.local.bench.pages import Page, Result, polled, table
from supportcenter.local.errors import StartError
from supportcenter.local.views import BARE_ROWS
from tests import builders


def test_the_cpu_time_of_all_threads_counts():
    before = cpu_ns(os.getpid())
    done, go_on = threading.Event(), threading.Event()

    def run() -> None:
        hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1_000_000)
        done.set()
        go_on.wait()  # Linux counts only the threads that still exist

    thread = threading.Thread(target=run)
    thread.start()
    done.wait()
    used = cpu_ns(os.getpid()) - before
    go_on.set()
    thread.join()
    assert used > 0.1e9


def test_a_new_process_counts_from_its_start():
    assert spent({1: 100, 2: 50}, {1: 130, 2: 50, 3: 7}) == 37


def test_a_process_that_ended_spoils_the_reading():
    with pytest.raises(ProcessEndedError):
        spent({1: 100, 2: 50}, {1: 130})


@pytest.mark.parametrize(
    ("title", "is_client"),
    [
        ("postgres: supportcenter supportcenter [local] idle", True),
        ("postgres: supportcenter test_supportcenter 127.0.0.1(4711) SELECT", True),
        ("postgres: checkpointer ", False),
        ("postgres: autovacuum worker supportcenter", False),
        ("postgres: logical replication launcher ", False),
    ],
)
def test_only_the_processes_of_clients_count(title, is_client):
    assert bool(CLIENT.match(title)) is is_client


def test_the_address_of_a_poll_is_the_one_in_the_page():
    page = '<p id="head" hx-get="/no/"></p><section class="x" id="list"\n hx-get="?a=1&amp;seen=b">'
    assert polled(page, "list") == "?a=1&seen=b"
    with pytest.raises(StartError, match="#other"):
        polled(page, "other")


def test_an_answer_that_is_not_the_page_is_an_error():
    page = Page("queue", "fay@support.example", ("/queue/",), (r"SUP-\d+", 2))
    page.check(200, "SUP-1 SUP-2")
    with pytest.raises(StartError, match="status was 302"):
        page.check(302, "SUP-1 SUP-2")
    with pytest.raises(StartError, match="found 1 times, not 2"):
        page.check(200, "SUP-1 SUP-1")


def test_the_table_shows_medians_and_multiples():
    results = [
        Result("bare", 3, 900, web=[4, 8, 3], database=[1, 2, 1]),
        Result("tiny", 0, 2, web=[1, 1, 1], database=[0, 0, 0]),
        Result("django", 1, 900, web=[2, 2, 2], database=[0.5, 0.5, 0.5]),
        Result("queue", 15, 77910, web=[40, 80, 38], database=[10, 20, 14]),
    ]
    line = " ".join(table(results)[-1].split())
    # The second round was a busy one for page and bare view alike.
    assert line == "queue 15 40.00 14.00 52.00 77910 10.0 52.0 20.8"


@pytest.fixture
def as_in_make_run(settings):
    settings.ROOT_URLCONF = local_settings.ROOT_URLCONF


@pytest.mark.django_db
def test_the_bare_view_shows_tickets_to_agents_only(
    cast, client_of, client, as_in_make_run, django_assert_num_queries
):
    for _ in range(BARE_ROWS + 1):
        builders.ticket(cast.ben, cast.acme)
    address, fay = reverse("bare"), client_of(cast.fay)
    with django_assert_num_queries(3):  # session, user, tickets
        assert fay.get(address).content.count(b"<tr>") == BARE_ROWS
    assert client_of(cast.ben).get(address).content.count(b"<tr>") == 0
    assert client_of(cast.hal).get(address).content.count(b"<tr>") == 0
    assert client.get(address).status_code == 302


@pytest.mark.django_db
def test_the_site_itself_has_no_bare_view(client):
    assert client.get("/dev/bare/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("bare")
