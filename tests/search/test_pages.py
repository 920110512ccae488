"""What the pages say about a search: what it excluded, and which finished tickets it leaves out."""

import pytest
from django.utils import timezone

from tests import builders
from tickets.actions.indexing import index_tickets
from tickets.models.ticket import Ticket


@pytest.fixture
def tickets(cast):
    found = [
        builders.ticket(cast.ben, cast.acme, subject="Lag", description="The phrase lag grows -n"),
        builders.ticket(cast.ben, cast.acme, subject="Closed once", description="An otter in the cluster"),
        builders.ticket(cast.ben, cast.acme, subject="Other", description="It grows, the lag of billing"),
    ]
    Ticket.objects.filter(pk=found[1].pk).update(status="closed", solved_at=timezone.now())
    index_tickets([each.pk for each in found])
    return found


def page(client, url: str) -> str:
    return client.get(url).content.decode()


def test_excluded_words_are_named(cast, client_of, tickets):
    for person, url in ((cast.fay, "/queue/all/"), (cast.ada, "/o/acme/tickets/organization/")):
        shown = page(client_of(person), f"{url}?q=lag+-billing")
        assert "Excluded: “billing”." in shown
        assert tickets[0].reference in shown
        assert tickets[2].reference not in shown
        assert "Excluded" not in page(client_of(person), f"{url}?q=lag+grows+-n")


def test_a_minus_at_the_beginning_excludes_nothing_in_a_filtered_view_either(cast, client_of, tickets):
    shown = page(client_of(cast.fay), "/queue/?q=-lag")
    assert tickets[0].reference in shown
    assert "Excluded" not in shown
    assert "&#34;-lag&#34;" in shown


def test_phrases_are_searched_for_customers_too(cast, client_of, tickets):
    shown = page(client_of(cast.ada), "/o/acme/tickets/organization/?q=%22lag+grows%22")
    assert tickets[0].reference in shown
    assert tickets[2].reference not in shown


@pytest.mark.parametrize(
    ("who", "url"), [("fay", "/queue/?q=otter"), ("ada", "/o/acme/tickets/organization/?q=otter&status=open")]
)
def test_a_closed_ticket_is_named_where_no_open_one_matches(cast, client_of, tickets, who, url):
    client = client_of(cast.people()[who])
    shown = page(client, url)
    assert "No matching tickets" in shown
    assert f"{tickets[1].reference} Closed once</a> (Closed)" in shown
    link = shown.split('<p><a href="?q=')[1].split('"')[0]
    assert tickets[1].reference in page(client, f"{url.split('?')[0]}?q={link}")


def test_no_closed_ticket_is_named_where_none_matches(cast, client_of, tickets):
    assert "solved or closed:" not in page(client_of(cast.fay), "/queue/?q=walrus")
    assert "solved or closed:" not in page(client_of(cast.fay), "/queue/?q=lag")


def test_an_address_of_a_ticket_leads_to_it(cast, client_of, tickets):
    address = f"http://testserver{tickets[0].get_absolute_url()}"
    assert client_of(cast.fay).get("/queue/", {"q": address})["Location"] == tickets[0].get_absolute_url()
    assert client_of(cast.ada).get("/o/acme/search/", {"q": f"#{tickets[0].pk}"})["Location"] == (
        tickets[0].get_absolute_url()
    )
    shown = page(client_of(cast.ada), f"/o/acme/tickets/organization/?q={address}")
    assert tickets[0].reference in shown
    assert tickets[2].reference not in shown
