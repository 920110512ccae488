"""What every response carries."""

import re

import pytest
from django.test import Client

from tests import builders


def _without_token(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.post("/o/acme/tickets/new/", builders.form_data())


def _fault(cast, client_of, monkeypatch):
    client = client_of(cast.ben)
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("tickets.views.lists.organization_of_member", lambda *args: 1 / 0)
        return client.get("/o/acme/tickets/")


@pytest.fixture
def responses(cast, client, client_of, monkeypatch):
    ticket = builders.ticket(cast.ben, cast.acme)
    ben = client_of(cast.ben)
    htmx = {"HX-Request": "true"}
    return {
        "login": client.get("/account/login/"),
        "list": ben.get("/o/acme/tickets/"),
        "fragment": ben.get("/o/acme/tickets/", headers=htmx),
        "thread": ben.get(f"/tickets/{ticket.reference}/thread/", headers=htmx),
        "redirect": ben.get("/"),
        "missing": ben.get("/tickets/SUP-1/"),
        "forbidden": ben.get("/queue/"),
        "unprocessable": ben.post("/o/acme/tickets/new/"),
        "not allowed": ben.post("/help/"),
        "health": client.get("/healthz"),
        "no slash": client.get("/help"),
        "login needed": client.get("/queue/"),
        "other host": client.get("/help/", headers={"host": "evil.example"}),
        "no token": _without_token(cast),
        "too large": client.post("/help/", headers={"content-length": "999999999999"}),
        "fault": _fault(cast, client_of, monkeypatch),
    }


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ],
)
def test_header_is_on_every_response(responses, header, expected):
    without = {
        name: response.headers.get(header)
        for name, response in responses.items()
        if expected not in response.headers.get(header, "")
    }
    assert without == {}


def test_policy_allows_nothing_inline(responses):
    for response in responses.values():
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_token_looks_different_in_each_response(client, db):
    """Pages are compressed: a text that stays the same could be guessed from their size."""
    pages = [client.get("/account/login/").content.decode() for _ in range(2)]
    tokens = [
        set(re.findall(r'X-CSRFToken": "(\w{64})"|csrfmiddlewaretoken" value="(\w{64})"', page))
        for page in pages
    ]
    assert all(tokens)
    assert not tokens[0] & tokens[1]
    secret = client.cookies["csrf"].value
    assert not any(secret in page for page in pages)


def test_request_id_is_on_the_error_page(responses):
    page = responses["missing"].content.decode()
    assert responses["missing"].headers["X-Request-ID"] in page


def test_fragment_is_not_the_page(responses):
    assert "<html" in responses["list"].content.decode()
    assert "<html" not in responses["fragment"].content.decode()
    assert responses["list"].headers["Vary"].startswith("HX-Request")


def test_other_host_names_are_refused(client):
    response = client.get("/account/login/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "Bad request" in response.content.decode()


def test_wrong_method_has_a_page(responses):
    assert responses["not allowed"].status_code == 405
    assert "<html" in responses["not allowed"].content.decode()


def test_expired_session_leads_back_to_the_page_and_not_to_the_form_it_sent(client, db):
    response = client.post(
        "/tickets/SUP-1/comments/", headers={"referer": "http://testserver/tickets/SUP-1/"}
    )
    assert response.url == "/account/login/?next=/tickets/SUP-1/"
    elsewhere = client.post("/tickets/SUP-1/comments/", headers={"referer": "https://evil.example/x"})
    assert elsewhere.url == "/account/login/?next=/"


def test_forms_need_their_token(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ben, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.post("/o/acme/tickets/new/", builders.form_data())
    assert response.status_code == 403
    assert "<html" in response.content.decode()


def test_server_error_has_a_page_that_needs_nothing(client, monkeypatch, cast, client_of):
    from tickets.views import lists

    def broken(*args):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(lists, "organization_of_member", broken)
    client = client_of(cast.ben)
    client.raise_request_exception = False
    response = client.get("/o/acme/tickets/")
    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()
    assert response.headers["X-Request-ID"] in response.content.decode()
