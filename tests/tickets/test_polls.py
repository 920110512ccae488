"""What an open ticket page asks every few seconds, and what that costs."""

import html
import re

import pytest
from django.contrib.sessions.models import Session
from pytest_django.asserts import assertNumQueries

from orgs.models import Membership, User
from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_internal_note


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


def poll_of(client, ticket, part: str = "thread") -> str:
    """The address that the ticket's page polls."""
    page = client.get(ticket.get_absolute_url()).content.decode()
    return html.unescape(re.search(rf'hx-get="([^"]*/{part}/[^"]*)"', page)[1])


# Session, person and roles; the ticket with its newest entry.
@pytest.mark.parametrize("who", ["ben", "cleo", "fay"])
def test_poll_without_news_costs_two_queries(cast, client_of, ticket, who):
    client = client_of(getattr(cast, who))
    url = poll_of(client, ticket)
    with assertNumQueries(2):
        assert client.get(url, headers={"HX-Request": "true"}).status_code == 204


def test_presence_poll_costs_one_query_while_the_same_agents_are_there(cast, client_of, ticket):
    fay, gus = client_of(cast.fay), client_of(cast.gus)
    url = poll_of(fay, ticket, "presence")
    with assertNumQueries(1):
        assert fay.get(url).status_code == 204
    gus.get(ticket.get_absolute_url())
    news = fay.get(url)
    assert "Gus" in news.content.decode()
    url = html.unescape(re.search(r'hx-get="([^"]*)"', news.content.decode())[1])
    with assertNumQueries(1):
        assert fay.get(url).status_code == 204
    assert "Fay" in gus.get(f"{ticket.get_absolute_url()}presence/").content.decode()


def test_poll_brings_what_is_new(cast, client_of, ticket):
    ben = client_of(cast.ben)
    url = poll_of(ben, ticket)
    builders.comment(cast.fay, ticket, "Restart it.")
    response = ben.get(url, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "Restart it." in response.content.decode()
    assert ben.get(poll_of(ben, ticket)).status_code == 204


def test_internal_note_is_no_news_for_customers(cast, client_of, ticket):
    ben, fay = client_of(cast.ben), client_of(cast.fay)
    urls = poll_of(ben, ticket), poll_of(fay, ticket)
    add_internal_note(actor=actor(cast.gus), ticket=ticket, body="Slow payer")
    assert [client.get(url).status_code for client, url in zip((ben, fay), urls, strict=True)] == [204, 200]


def test_removed_member_gets_no_more_updates(cast, client_of, ticket):
    ben = client_of(cast.ben)
    url = poll_of(ben, ticket)
    Membership.objects.filter(user=cast.ben).delete()
    assert ben.get(url).status_code == 404


def test_agent_who_loses_the_role_gets_no_more_updates(cast, client_of, ticket):
    fay = client_of(cast.fay)
    urls = poll_of(fay, ticket), poll_of(fay, ticket, "presence")
    User.objects.filter(pk=cast.fay.pk).update(staff_role="")
    assert [fay.get(url).status_code for url in urls] == [404, 404]


@pytest.mark.parametrize(
    "end",
    [
        lambda user: Session.objects.all().delete(),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: User.objects.filter(pk=user.pk).update(password="another"),
    ],
    ids=["session", "deactivated", "password"],
)
def test_poll_after_the_end_of_the_session_leads_to_the_login_page(cast, client_of, ticket, end):
    ben = client_of(cast.ben)
    url = poll_of(ben, ticket)
    end(cast.ben)
    response = ben.get(url)
    assert response.status_code == 302
    assert response.url.startswith("/account/login/")


def test_token_is_worth_nothing_in_the_session_of_someone_else(cast, client_of, client, ticket):
    url = poll_of(client_of(cast.fay), ticket, "presence")
    assert client_of(cast.ben).get(url).status_code == 403
    assert client.get(url).status_code == 302


def test_forged_token_signs_nobody_in(cast, client_of, ticket):
    ben = client_of(cast.ben)
    for token in (f"{cast.fay.pk}-0", "x-1", "-", f"{'9' * 30}-1"):
        assert ben.get(f"{ticket.get_absolute_url()}presence/?reader={token}").status_code == 403
