"""Who of the staff is on a ticket."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertNumQueries
from redis.exceptions import ConnectionError as CacheDown

from tests import builders
from tests.cast import staff
from tickets import presence
from tickets.models.ticket import Ticket


@pytest.fixture
def url(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo]).get_absolute_url()


def text(response) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


CLOCK = '<hx-partial hx-target="#ticket-clock"'


def here(client, url) -> str:
    people = client.get(f"{url}presence/").content.decode().partition(CLOCK)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", people).split())


def test_colleagues_see_who_looks_and_who_writes(cast, client_of, url):
    fay, gus = client_of(cast.fay), client_of(cast.gus)
    gus.get(url)
    assert here(fay, url).startswith("Gus is viewing")
    gus.post(f"{url}draft/", {"kind": "answer", "body": "Res"})
    assert here(fay, url).startswith("Gus is writing a reply…")
    gus.post(f"{url}draft/", {"kind": "note", "body": "Res"})
    assert here(fay, url).startswith("Gus is writing a note…")
    gus.post(f"{url}draft/", {"kind": "note", "body": ""})
    assert here(fay, url).startswith("Gus is viewing")


def test_time_left_ticks_in_the_head_and_is_for_staff(cast, client_of, url):
    fay = client_of(cast.fay)
    assert re.search(r'id="ticket-clock">\s*<span class="due', fay.get(url).content.decode())
    Ticket.objects.update(response_due_at=timezone.now() - timedelta(minutes=5))
    assert "5 min overdue" in text(fay.get(f"{url}presence/"))
    assert "ticket-clock" not in client_of(cast.ben).get(url).content.decode()


def test_nobody_sees_oneself_and_sending_ends_writing(cast, client_of, url):
    gus = client_of(cast.gus)
    gus.post(f"{url}draft/", {"kind": "answer", "body": "Res"})
    assert here(gus, url) == ""
    gus.post(f"{url}comments/", {"kind": "answer", "body": "Restart it.", "status": ""})
    assert here(client_of(cast.fay), url).startswith("Gus is viewing")


def test_customers_neither_see_nor_appear(cast, client_of, url):
    client_of(cast.gus).get(url)
    ben = client_of(cast.ben)
    page = text(ben.get(url))
    assert "is viewing" not in page
    ben.post(f"{url}draft/", {"body": "I wonder"})
    assert here(client_of(cast.fay), url) == "Gus is viewing Gus is viewing"


def test_sign_of_life_ends_by_itself(cast, client_of, url, monkeypatch):
    kept = {}
    monkeypatch.setattr(presence.cache, "set", lambda key, value, seconds: kept.update({key: seconds}))
    client_of(cast.gus).get(f"{url}presence/")
    assert set(kept.values()) == {15}


def test_without_the_cache_the_page_works_and_says_nothing(cast, client_of, url, monkeypatch):
    def down(*args):
        raise CacheDown

    monkeypatch.setattr(presence.cache, "set", down)
    monkeypatch.setattr(presence.cache, "get_many", down)
    fay = client_of(cast.fay)
    assert fay.get(url).status_code == 200
    assert here(fay, url) == ""
    assert fay.post(f"{url}draft/", {"kind": "answer", "body": "Res"}).status_code == 204


# Session, person, memberships; the ticket; the agents.
@pytest.mark.parametrize("count", [1, 30])
def test_asking_costs_the_same_with_many_colleagues(cast, client_of, url, count):
    for number in range(count):
        colleague = staff(f"{number}@support.example", f"No {number}", "agent")
        presence.be_seen(int(url.strip("/").rpartition("-")[2]), colleague.pk)
    fay = client_of(cast.fay)
    with assertNumQueries(5):
        assert here(fay, url).count("is viewing") == 2 * count
