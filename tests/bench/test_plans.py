"""Search looks exact words up in the index at any number of tickets, and ranks only the newest hits."""

from io import StringIO

import pytest
from django.db import connection
from django.http import QueryDict

from supportcenter.local.bench.plans import add_tickets, cost_of
from tests.cast import actor
from tickets.models.ticket import Ticket
from tickets.paging import Sort, page_of
from tickets.search.finding import BY_RANK, searched

pytestmark = pytest.mark.xdist_group("bench")
TICKETS = 5_000


@pytest.fixture
def crowd(cast):
    """Many tickets: "quokka" in one of a thousand of them."""
    for _ in add_tickets(TICKETS):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ANALYZE")


def search(person, text):
    who = actor(person)
    found = searched(who, Ticket.objects.visible_to(who), text, ranked=True)
    return page_of(found.queryset.for_list(), BY_RANK, QueryDict())


def waiting(person):
    tickets = searched(actor(person), Ticket.objects.all(), "status:waiting,hold").queryset
    return page_of(tickets.for_queue(person.pk), Sort("queue_order"), QueryDict())


# One test, because creating so many tickets takes a while.
def test_words_are_looked_up_in_the_index(cast, crowd):
    for text in ("quokka", "quoka", "quoka koala", "quokka org:acme", "quokka wombat"):
        cost = cost_of(lambda text=text: search(cast.fay, text), text, StringIO())
        assert "document_words" in cost.indexes, text
        assert "tickets_searchdocument" not in cost.read_whole, text
    # Paused tickets come last in the queue: without an index of their own, all others are read first.
    cost = cost_of(lambda: waiting(cast.fay), "waiting", StringIO())
    assert "ticket_queue_waiting" in cost.indexes
    hits = searched(actor(cast.fay), Ticket.objects.all(), "quokka").queryset
    assert hits.count() == TICKETS // 1000
