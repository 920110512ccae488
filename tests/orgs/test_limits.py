"""Limits on how often a person, and an organization, can write and search."""

import pytest
from django.urls import get_resolver, reverse
from redis.exceptions import RedisError

from orgs import limits
from orgs.limits import POSTS, SEARCHES, Limit
from tests import builders
from tests.architecture.test_url_matrix import names

FEW = Limit(per_person=2, per_organization=3)


@pytest.fixture(autouse=True)
def one_minute(monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000_000.0)


@pytest.fixture
def few(monkeypatch):
    for name in ("tickets:new", "tickets:comments"):
        monkeypatch.setitem(POSTS, name, FEW)
    monkeypatch.setitem(SEARCHES, "tickets:palette", FEW)


def test_comment_over_the_limit_is_429_and_keeps_the_text(cast, client_of, few):
    ticket = builders.ticket(cast.ben, cast.acme)
    ben, url = client_of(cast.ben), reverse("tickets:comments", args=[ticket.reference])
    sent = {"body": "Typed for an hour <b>", "seen": "0"}
    assert [ben.post(url, sent).status_code for _ in range(3)] == [302, 302, 429]
    refused = ben.post(url, sent)
    assert refused.headers["Retry-After"] == "20"
    assert "Typed for an hour &lt;b&gt;" in refused.text
    assert ben.post(url, sent, headers={"HX-Request": "true"}).status_code == 429
    assert ticket.comments.count() == 3


def test_organization_has_a_limit_too(cast, client_of, few):
    ada, ben = client_of(cast.ada), client_of(cast.ben)
    url = reverse("tickets:new", args=["acme"])
    statuses = [each.post(url, builders.form_data()).status_code for each in (ada, ada, ben, ben)]
    assert statuses == [302, 302, 302, 429]
    eve = client_of(cast.eve)
    assert eve.post(reverse("tickets:new", args=["globex"]), builders.form_data()).status_code == 302


def test_organization_has_a_limit_where_the_address_does_not_name_it(cast, client_of, few):
    ticket = builders.ticket(cast.ben, cast.acme)
    url = reverse("tickets:comments", args=[ticket.reference])
    ada, ben, fay = client_of(cast.ada), client_of(cast.ben), client_of(cast.fay)
    statuses = [
        each.post(url, {"body": "x", "kind": "note"}).status_code for each in (ada, ada, ben, ben, fay)
    ]
    assert statuses == [302, 302, 302, 429, 302]


def test_searching_is_limited_and_looking_is_not(cast, client_of, few):
    fay, url = client_of(cast.fay), reverse("tickets:palette")
    assert [fay.get(url, {"q": "lag"}).status_code for _ in range(3)] == [200, 200, 429]
    assert fay.get(url).status_code == 200


def test_without_valkey_nothing_is_limited(cast, client_of, few, monkeypatch):
    def down(*args):
        raise RedisError("down")

    monkeypatch.setattr(limits.cache, "add", down)
    fay = client_of(cast.fay)
    assert {fay.get(reverse("tickets:palette"), {"q": "lag"}).status_code for _ in range(5)} == {200}


def test_limits_are_those_of_pages_that_exist():
    assert set(POSTS) | set(SEARCHES) <= names(get_resolver().url_patterns)
