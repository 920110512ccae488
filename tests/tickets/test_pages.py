"""My tickets, the queue and the ticket page over HTTP."""

import re

import pytest
from pytest_django.asserts import assertNumQueries

from orgs.models import Visibility
from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_internal_note
from tickets.actions.indexing import index_tickets
from tickets.paging import PAGE_SIZE


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo], subject="Lag of orders")


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("ben", "/o/acme/tickets/", True),
        ("ben", "/o/acme/tickets/cc/", False),
        ("cleo", "/o/acme/tickets/", False),
        ("cleo", "/o/acme/tickets/cc/", True),
        ("ada", "/o/acme/tickets/organization/", True),
    ],
)
def test_tabs_hold_what_they_say(cast, client_of, ticket, name, path, expected):  # noqa: PLR0917
    assert (ticket.subject in text(client_of(getattr(cast, name)).get(path))) is expected


def test_organization_tab_is_for_admins_and_where_all_see_all(cast, client_of, ticket):
    tab = "Tickets in my organization"
    assert tab in text(client_of(cast.ada).get("/o/acme/tickets/"))
    assert tab not in text(client_of(cast.dov).get("/o/acme/tickets/"))
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(visibility=Visibility.ALL)
    assert ticket.subject in text(client_of(cast.dov).get("/o/acme/tickets/organization/"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?status=open", True),
        ("?status=solved", False),
        ("?status=nonsense", True),
        ("?q=orders", True),
        ("?q=weather", False),
        ("?q=%25", False),
        ("?after=nonsense~x", True),
        ("?after=2026-11-23T00:00:00%2B23:59:59.999999~1", True),
        ("?after=2026-11-23T00:00:00~1", True),
    ],
)
def test_filters_of_the_list(cast, client_of, ticket, query, expected):
    index_tickets([ticket.pk])
    page = text(client_of(cast.ben).get(f"/o/acme/tickets/{query}"))
    assert (ticket.get_absolute_url() in page) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("severity=high&product=kafka&requester=ben@acme.example", True),
        ("requester=cleo@acme.example", False),
        ("since=2020-01-01&until=2999-01-01", True),
        ("since=2999-01-01", False),
        ("q=status:open", True),
        ("q=-status:open", False),
        ("status=waiting", False),
    ],
)
def test_fields_and_operators_are_one_language(cast, client_of, ticket, query, expected):
    page = text(client_of(cast.ada).get(f"/o/acme/tickets/organization/?{query}"))
    assert (ticket.get_absolute_url() in page) is expected


def test_search_shows_all_that_a_member_can_see_with_counts_for_each_tab(cast, client_of, ticket):
    """Ben is in CC of one ticket and has two of his own, all of which match."""
    builders.ticket(cast.ben, cast.acme, subject="Orders again")
    builders.ticket(cast.cleo, cast.acme, cc=[cast.ben], subject="Late orders")
    builders.ticket(cast.ben, cast.acme, subject="Weather")
    builders.ticket(cast.cleo, cast.acme, subject="Orders of others")
    index_tickets(type(ticket).objects.values_list("pk", flat=True))
    ben = client_of(cast.ben)
    response = ben.get("/o/acme/search/?q=orders", follow=True)
    assert response.redirect_chain[-1][0] == "/o/acme/tickets/all/?q=orders"
    subjects = {row["ticket"].subject for row in response.context["rows"]}
    assert subjects == {"Lag of orders", "Orders again", "Late orders"}
    tabs = {tab["label"]: (tab["count"], tab["url"]) for tab in response.context["tabs"]}
    assert tabs == {
        "My tickets": ("2", "/o/acme/tickets/?q=orders"),
        "CC'd on": ("1", "/o/acme/tickets/cc/?q=orders"),
        "All visible to me": ("3", "/o/acme/tickets/all/?q=orders"),
    }


def test_empty_lists_say_what_to_do(cast, client_of):
    ben = client_of(cast.ben)
    assert "No tickets yet" in text(ben.get("/o/acme/tickets/"))
    assert "No matching tickets" in text(ben.get("/o/acme/tickets/?q=x"))
    assert "No tickets in this view" in text(client_of(cast.fay).get("/queue/"))


def test_pages_follow_each_other_without_gap_or_overlap(cast, client_of):
    for number in range(PAGE_SIZE * 2 + 5):
        builders.ticket(cast.ben, cast.acme, subject=f"Number {number:03}")
    ben = client_of(cast.ben)
    seen, url, path = [], "", "/o/acme/tickets/"
    while url is not None:
        page = ben.get(path + url).content.decode()
        seen += re.findall(r"Number \d{3}", page)
        older = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
        url = older[1].replace("&amp;", "&") if older else None
    assert seen == [f"Number {number:03}" for number in reversed(range(PAGE_SIZE * 2 + 5))]
    newer = re.search(r'href="(\?[^"]*before=[^"]*)"', page)[1].replace("&amp;", "&")
    assert (
        re.findall(r"Number \d{3}", ben.get(path + newer).content.decode()) == seen[PAGE_SIZE : PAGE_SIZE * 2]
    )


# Session, person, memberships; rows; counts; entitlement; whether all tickets are followed; products,
# projects, people to filter by.
@pytest.mark.parametrize("count", [1, 30])
def test_list_costs_the_same_for_many_rows(cast, client_of, count):
    for _ in range(count):
        builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    ada = client_of(cast.ada)
    with assertNumQueries(10):
        ada.get("/o/acme/tickets/organization/")


# Session, person, memberships; ticket, its participants and clocks; the visit; thread, files, everyone named;
# projects and services.
@pytest.mark.parametrize("count", [1, 30])
def test_ticket_page_costs_the_same_for_long_threads(cast, client_of, ticket, count):
    for _ in range(count):
        builders.comment(cast.ben, ticket)
    ben = client_of(cast.ben)
    ben.get(ticket.get_absolute_url())  # the first visit is an insertion
    with assertNumQueries(11):
        ben.get(ticket.get_absolute_url())


def test_queue_puts_first_what_must_be_answered_next(cast, client_of):
    low = builders.ticket(cast.ben, cast.acme, severity="low", subject="Can wait")
    builders.ticket(cast.ben, cast.acme, severity="critical", subject="Burning")
    answered = builders.ticket(cast.ben, cast.acme, severity="critical", subject="PastTicket")
    builders.comment(cast.fay, answered)
    page = text(client_of(cast.fay).get("/queue/"))
    assert page.index("Burning") < page.index(low.subject) < page.index("PastTicket")


def test_note_is_on_the_agents_page_and_nowhere_on_the_customers(cast, client_of, ticket):
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="NOTE-CANARY")
    assert "NOTE-CANARY" in text(client_of(cast.fay).get(ticket.get_absolute_url()))
    for user in (cast.ben, cast.cleo, cast.ada):
        client = client_of(user)
        for path in (
            ticket.get_absolute_url(),
            f"{ticket.get_absolute_url()}thread/",
            "/o/acme/tickets/?q=NOTE-CANARY",
        ):
            page = text(client.get(path)).replace('value="NOTE-CANARY"', "").replace("?q=NOTE-CANARY", "")
            assert "NOTE-CANARY" not in page


def test_customer_cannot_post_a_note(cast, client_of, ticket):
    client_of(cast.ben).post(f"{ticket.get_absolute_url()}comments/", {"body": "psst", "kind": "note"})
    assert not ticket.comments.filter(is_internal=True).exists()


def test_agent_answers_and_the_customer_solves(cast, client_of, ticket):
    url = ticket.get_absolute_url()
    answer = {"kind": "answer", "body": "Which `version`?", "status": "waiting_on_customer"}
    assert client_of(cast.fay).post(f"{url}comments/", answer).url == url
    page = text(client_of(cast.ben).get(url))
    assert "Which <code>version</code>?" in page
    assert "Waiting for you" in page
    assert client_of(cast.ben).post(f"{url}resolution/").url == url
    assert "Ben Okafor marked the ticket as solved" in text(client_of(cast.ben).get(url))


def test_htmx_gets_the_changed_ticket_and_not_the_page(cast, client_of, ticket):
    url = f"{ticket.get_absolute_url()}comments/"
    response = client_of(cast.ben).post(url, {"body": "More"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert text(response).strip().startswith('<form class="composer"')
    assert 'hx-target="#ticket-thread"' in text(response)
    assert "<html" not in text(response)


def test_empty_comment_is_refused_with_the_form(cast, client_of, ticket):
    url = f"{ticket.get_absolute_url()}comments/"
    response = client_of(cast.ben).post(url, {"body": " "}, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert "One thing needs your attention" in text(response)


def test_rule_that_refuses_keeps_what_was_typed(cast, client_of, ticket):
    type(ticket).objects.update(status="closed", solved_at=ticket.created_at)
    response = client_of(cast.ben).post(f"{ticket.get_absolute_url()}comments/", {"body": "My long story"})
    assert response.status_code == 422
    assert "My long story" in text(response)
    assert "This ticket is closed" in text(response)


def test_agent_assigns_and_sets_status_and_severity(cast, client_of, ticket):
    fay, url = client_of(cast.fay), ticket.get_absolute_url()
    fay.post(f"{url}assignment/", {"assignee": cast.gus.pk})
    fay.post(f"{url}status/", {"status": "on_hold"})
    fay.post(f"{url}severity/", {"severity": "low", "reason": "Only one of three brokers"})
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status, ticket.severity) == (cast.gus, "on_hold", "low")
    page = text(fay.get(url))
    assert "Fay Dubois assigned the ticket to Gus Lindgren" in page
    assert "assigned the ticket" not in text(client_of(cast.ben).get(url))


def test_markup_in_texts_is_shown_and_not_run(cast, client_of):
    evil = '"><img src=x onerror=alert(1)>'
    ticket = builders.ticket(
        cast.ben, cast.acme, subject=evil, description=f"{evil} [x](javascript:alert(1))"
    )
    for client, path in (
        (client_of(cast.ben), ticket.get_absolute_url()),
        (client_of(cast.ben), "/o/acme/tickets/"),
        (client_of(cast.fay), "/queue/"),
    ):
        page = client.get(path).content.decode()
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page


def test_file_is_a_download_that_cannot_run(cast, client_of, ticket, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile('ü".html', b"<script>", content_type="text/html")
    client_of(cast.ben).post(f"{ticket.get_absolute_url()}comments/", {"body": "See", "files_sent": [file]})
    attachment = ticket.comments.last().attachments.get()
    response = client_of(cast.cleo).get(attachment.get_absolute_url())
    assert b"".join(response.streaming_content) == b"<script>"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_list_filters_by_everything(cast, client_of):
    ticket = builders.ticket(cast.ben, cast.acme, subject="Wanted", services=[cast.kafka])
    ada = client_of(cast.ada)
    path = "/o/acme/tickets/organization/"
    today = ticket.updated_at.date().isoformat()
    for query in (
        "severity=high",
        "product=kafka",
        "project=acme-eu-prod",
        "requester=ben@acme.example",
        f"since={today}&until={today}",
    ):
        assert "Wanted" in text(ada.get(f"{path}?{query}")), query
    for query in (
        "severity=low",
        "product=mysql",
        "project=acme-us-prod",
        "requester=dov@acme.example",
        "until=2020-01-01",
        "since=2999-01-01",
    ):
        assert "Wanted" not in text(ada.get(f"{path}?{query}")), query


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["High", "Critical", "Low"]),
        ("-updated", ["High", "Critical", "Low"]),
        ("updated", ["Low", "Critical", "High"]),
        ("-severity", ["Critical", "High", "Low"]),
        ("severity", ["Low", "High", "Critical"]),
        ("due", ["Critical", "High", "Low"]),
        ("nonsense", ["High", "Critical", "Low"]),
    ],
)
def test_list_sorts(cast, client_of, sort, expected):
    for severity in ("low", "critical", "high"):
        builders.ticket(cast.ben, cast.acme, subject=f"Sorted-{severity.title()}", severity=severity)
    page = client_of(cast.ben).get(f"/o/acme/tickets/?sort={sort}").content.decode()
    assert re.findall(r"Sorted-(\w+)", page) == expected


def test_pages_by_severity_have_no_gap_either(cast, client_of):
    for number in range(PAGE_SIZE + 3):
        builders.ticket(
            cast.ben, cast.acme, subject=f"Number {number:03}", severity=["low", "high"][number % 2]
        )
    ben = client_of(cast.ben)
    first = ben.get("/o/acme/tickets/?sort=-severity").content.decode()
    older = re.search(r'href="(\?[^"]*after=[^"]*)"', first)[1].replace("&amp;", "&")
    second = ben.get(f"/o/acme/tickets/{older}").content.decode()
    seen = re.findall(r"Number \d{3}", first) + re.findall(r"Number \d{3}", second)
    assert len(seen) == len(set(seen)) == PAGE_SIZE + 3


def test_unread_until_looked_at(cast, client_of, ticket):
    ben = client_of(cast.ben)
    ben.get(ticket.get_absolute_url())
    assert "is-unread" not in text(ben.get("/o/acme/tickets/"))
    builders.comment(cast.fay, ticket)
    assert "is-unread" in text(ben.get("/o/acme/tickets/"))
    ben.get(ticket.get_absolute_url())
    assert "is-unread" not in text(ben.get("/o/acme/tickets/"))


def test_note_does_not_make_a_ticket_unread(cast, client_of, ticket):
    ben = client_of(cast.ben)
    ben.get(ticket.get_absolute_url())
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="psst")
    assert "is-unread" not in text(ben.get("/o/acme/tickets/"))


def test_search_shows_where_it_found_the_words(cast, client_of, ticket, run_outbox):
    run_outbox()
    page = text(client_of(cast.ben).get("/o/acme/tickets/?q=mornin"))
    assert "<mark>morning</mark>" in page


def test_table_is_what_is_filtered_and_safe_to_open(cast, client_of):
    builders.ticket(cast.ben, cast.acme, subject='=HYPERLINK("x")')
    builders.ticket(cast.ben, cast.acme, subject="Other", severity="low")
    response = client_of(cast.ben).get("/o/acme/tickets/mine/table/?severity=high")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0].startswith('"Number","Subject","Status"')
    assert len(lines) == 2
    assert "\"'=HYPERLINK(" in lines[1]
    assert response.headers["Content-Disposition"] == 'attachment; filename="tickets-acme-mine.csv"'


def test_cursor_that_cannot_be_read_shows_the_first_page(cast, client_of):
    first, last = [builders.ticket(cast.ben, cast.acme, subject=name) for name in ("The first", "The last")]
    page = client_of(cast.ben).get("/o/acme/tickets/?before=garbage").content.decode()
    assert page.index(last.subject) < page.index(first.subject)
    assert "after=" not in page
