"""Lists and pages cost the same at 10, 1,000 and 100,000 tickets, and at any depth."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from tickets.forms.queue import ORDERS
from tickets.models.ticket import Ticket
from tickets.paging import PAGE_SIZE, Sort, ordered, page_of

pytestmark = pytest.mark.xdist_group("bench")

MANY_TICKETS = """
    INSERT INTO tickets_ticket (organization_id, requester_id, subject, severity, status, product_id,
        reason_id, source, submission_key, created_at, updated_at, tier, due_kind, is_best_effort, solved_at,
        response_due_at, last_reply_at)
    SELECT %s, CASE WHEN n %% 3 = 0 THEN %s ELSE %s END, 'Ticket number ' || n,
        (ARRAY['low', 'high', 'critical'])[1 + n %% 3],
        CASE WHEN n %% 20 = 0 THEN 'open' ELSE 'closed' END, %s, %s, 'web', gen_random_uuid(),
        now() - n * interval '1 minute', now() - n * interval '1 minute', 'advanced', '', false,
        CASE WHEN n %% 20 = 0 THEN NULL ELSE now() END,
        CASE WHEN n %% 20 = 0 THEN now() + n * interval '1 second' END, now() - n * interval '1 minute'
    FROM generate_series(1, %s) AS n
"""


@pytest.fixture
def grow(cast):
    first = builders.ticket(cast.ben, cast.acme)

    def grow(count: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                MANY_TICKETS,
                [cast.acme.pk, cast.ben.pk, cast.cleo.pk, first.product_id, first.reason_id, count],
            )
            cursor.execute("ANALYZE tickets_ticket")

    return grow


def test_queries_do_not_grow_with_the_tickets(cast, client_of, grow):
    ada, fay = client_of(cast.ada), client_of(cast.fay)
    ticket = Ticket.objects.get()
    pages = [
        (ada, "/o/acme/tickets/"),
        (ada, "/o/acme/tickets/organization/"),
        (ada, ticket.get_absolute_url()),
        (fay, "/queue/"),
    ]
    for client, path in pages:
        client.get(path)  # the first visit of a ticket is stored
    counts = {}
    for total, more in ((10, 9), (1_000, 990), (100_000, 99_000)):
        grow(more)
        assert Ticket.objects.count() == total
        for client, path in pages:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(path).status_code == 200
            counts.setdefault(path, []).append(len(queries))
    assert all(len(set(each)) == 1 for each in counts.values()), counts


def blocks(sql: str) -> int:
    """Return the blocks that PostgreSQL touches for a query: its cost on any machine."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return int(re.search(r"Buffers: shared hit=(\d+)", plan)[1])


@pytest.fixture
def cost(cast, client_of):
    """Return the blocks that PostgreSQL touches for all queries of a page."""
    fay = client_of(cast.fay)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert fay.get(path).status_code == 200
        asked = [each["sql"] for each in queries if "tickets_ticket" in each["sql"]]
        return sum(blocks(sql) for sql in asked if sql.startswith(("SELECT", "(")))

    return cost


def test_no_order_of_the_queue_and_no_count_reads_all_tickets(grow, cost):
    paths = [f"/queue/?sort={name}" for name in ORDERS]
    paths += ["/queue/all/", "/queue/all/?sort=due", "/queue/all/?sort=created", "/queue/mine/"]
    grow(100_000)
    costs = {path: cost(path) for path in paths}
    # All tickets are about 3,000 blocks, all unfinished ones as many again.
    assert {path: each for path, each in costs.items() if each > 1_500} == {}


def test_page_1000_costs_what_page_1_costs(cast, grow, rf):
    grow(100_000)
    tickets = Ticket.objects.of(cast.acme)
    sort = Sort("updated_at", descending=True)
    before = ordered(tickets, sort)[PAGE_SIZE * 1000 - 1]
    after = rf.get("/", {"after": f"{before.updated_at.isoformat()}~{before.pk}"}).GET
    with CaptureQueriesContext(connection) as queries:
        first, deep = page_of(tickets, sort, rf.get("/").GET), page_of(tickets, sort, after)
    assert first.rows[0].updated_at > deep.rows[0].updated_at
    assert len(deep.rows) == PAGE_SIZE
    costs = [blocks(each["sql"]) for each in queries]
    assert costs[1] <= costs[0] * 2, costs
