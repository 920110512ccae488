"""The agents' queue: filters that are its address, views, columns, order, news."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from orgs.models import User
from tests import builders
from tests.cast import actor
from tickets.actions.assignment import assign
from tickets.actions.changes import change_status
from tickets.actions.escalation import acknowledge, escalate
from tickets.actions.indexing import index_tickets
from tickets.actions.queue import save_view
from tickets.models.queue import QueuePreferences, SavedView
from tickets.models.tags import Tag
from tickets.models.teams import Team
from tickets.models.ticket import Ticket
from tickets.paging import PAGE_SIZE

NEWS = {"HX-Request": "true"}


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, subject="Lag of orders")


@pytest.fixture
def fay(cast, client_of):
    return client_of(cast.fay)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def change(ticket, **fields) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(**fields)


# Session, person, memberships; views, preferences; rows, their organizations, people and tiers; all counts;
# agents, tiers, the other lists to choose from; names of organizations.
@pytest.mark.parametrize("count", [1, 30])
def test_queue_costs_the_same_for_many_rows_and_views(cast, fay, count):
    for number in range(count):
        builders.ticket(cast.ben, cast.acme)
        query = "severity:high assignee:fay@support.example tier:basic"
        save_view(actor=actor(cast.fay), name=f"View {number}", query=query)
    with assertNumQueries(13):
        fay.get("/queue/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", True),
        ("status=new", True),
        ("status=solved", False),
        ("status=solved,closed", False),
        ("status=", True),
        ("status=nonsense", True),
        ("severity=high", True),
        ("severity=low", False),
        ("assignee=none", True),
        ("assignee=me", False),
        ("assignee=999999", True),  # no such person
        ("organization=acm", True),
        ("organization=ACME", True),
        ("organization=globex", False),
        ("tier=advanced", True),
        ("tier=basic", False),
        ("product=kafka", True),
        ("product=mysql", False),
        ("escalated=escalated", False),
        ("due=overdue", False),
        ("since=2020-01-01", True),
        ("since=2999-01-01", False),
        ("q=orders", True),
        ("q=weather", False),
        ("q=severity:high+assignee:none", True),
        ("q=-severity:high", False),
        ("q=severity:low&severity=high", False),  # what is typed goes first
    ],
)
def test_filters_are_the_address(fay, ticket, query, expected):
    index_tickets([ticket.pk])
    assert (ticket.get_absolute_url() in text(fay.get(f"/queue/?{query}"))) is expected


def test_free_tier_applies_without_any_other(cast, fay, ticket):
    cast.acme.tier_periods.all().delete()
    assert "Lag of orders" in text(fay.get("/queue/?tier=basic"))
    assert "Lag of orders" not in text(fay.get("/queue/?tier=advanced"))
    assert '<span class="cell-note">Basic</span>' in text(fay.get("/queue/"))


def test_due_soon_includes_overdue_and_overdue_excludes_best_effort(fay, ticket):
    now, hour = timezone.now(), timedelta(hours=1)
    for warned, due, best_effort, soon, late in [
        (now + hour, now + hour, False, False, False),
        (now - hour, now + hour, False, True, False),
        (now - hour, now - hour, False, True, True),
        (now - hour, now - hour, True, True, False),
    ]:
        change(ticket, response_warn_at=warned, response_due_at=due, is_best_effort=best_effort)
        assert ("Lag of orders" in text(fay.get("/queue/due/"))) is soon
        assert ("Lag of orders" in text(fay.get("/queue/?due=overdue"))) is late


def test_snoozed_ticket_is_hidden_until_its_time(fay, ticket):
    index_tickets([ticket.pk])
    for hours, paths in {
        1: ["/queue/snoozed/", "/queue/all/", "/queue/?snoozed=", "/queue/?q=orders"],
        -1: ["/queue/", "/queue/all/", "/queue/?q=orders"],
    }.items():
        change(ticket, snoozed_until=timezone.now() + timedelta(hours=hours))
        pages = ["/queue/", "/queue/snoozed/", "/queue/all/", "/queue/?snoozed=", "/queue/?q=orders"]
        seen = {path for path in pages if ticket.get_absolute_url() in text(fay.get(path))}
        assert seen == {*paths, "/queue/?snoozed="}


def test_team_filters_and_stands_below_the_assignee(fay, ticket):
    team = Team.objects.create(name="Streaming")
    change(ticket, team=team)
    assert '<span class="cell-note">Streaming</span>' in text(fay.get("/queue/?team=Streaming"))
    assert "Lag of orders" not in text(fay.get(f"/queue/?team={Team.objects.create(name='Other')}"))


def test_tag_filters(fay, ticket):
    ticket.tags.add(Tag.objects.create(name="outage"))
    assert "Lag of orders" in text(fay.get("/queue/?tag=Outage"))
    Tag.objects.create(name="out")
    assert "Lag of orders" not in text(fay.get("/queue/?tag=out"))
    assert "“tag:ou” was ignored. There is no tag named “ou”." in text(fay.get("/queue/?tag=ou"))


def test_address_overrides_what_a_view_brings(cast, fay, ticket):
    assert "Lag of orders" not in text(fay.get("/queue/mine/"))
    assert "Lag of orders" in text(fay.get("/queue/mine/?assignee=none"))
    assert "Lag of orders" in text(fay.get("/queue/mine/?assignee="))


def test_counts_stop_at_99(cast, fay, ticket):
    copies = [Ticket(**_values(ticket)) for _ in range(120)]
    Ticket.objects.bulk_create(copies)
    page = text(fay.get("/queue/"))
    assert 'All open<span class="count">99+</span>' in page
    assert 'Mine<span class="count">0</span>' in page


def _values(ticket) -> dict:
    names = ["organization", "requester", "subject", "severity", "product", "reason", "response_due_at"]
    return {name: getattr(ticket, name) for name in names}


def test_row_says_clock_tier_and_last_reply(cast, fay, ticket):
    change(ticket, response_due_at=timezone.now() + timedelta(minutes=12, seconds=30))
    page = text(fay.get("/queue/"))
    assert ">12 min left</time>" in page
    assert "Customer, <time" in page
    builders.comment(cast.gus, ticket, "On it", status="waiting_on_customer")
    page = text(fay.get("/queue/"))
    assert "waiting for the customer" in page
    assert "Support, <time" in page
    assert "Gus Lindgren" in page


def test_note_is_no_last_reply(cast, ticket):
    from tickets.actions.comments import add_internal_note

    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="psst")
    ticket.refresh_from_db()
    assert ticket.last_reply_by == cast.ben


def test_escalated_ticket_rises_until_someone_acknowledges_it(cast, fay):
    urgent = builders.ticket(cast.ben, cast.acme, severity="high", subject="Urgent")
    called = builders.ticket(cast.ben, cast.acme, severity="low", subject="Called")
    escalate(actor=actor(cast.ben), ticket=called)
    page = text(fay.get("/queue/"))
    assert page.index("Called") < page.index("Urgent")
    acknowledge(actor=actor(cast.gus), ticket=called)
    page = text(fay.get("/queue/"))
    assert page.index("Urgent") < page.index("Called")
    change_status(actor=actor(cast.gus), ticket=urgent, status="on_hold")
    assert Ticket.objects.filter(escalation_due_at=None).count() == 2


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["Critical", "High", "Low"]),
        ("-due", ["Low", "High", "Critical"]),
        ("severity", ["Low", "High", "Critical"]),
        ("-created", ["High", "Critical", "Low"]),
        ("last_reply", ["Low", "Critical", "High"]),
        ("-updated", ["High", "Critical", "Low"]),
        ("nonsense", ["Critical", "High", "Low"]),
    ],
)
def test_queue_sorts(cast, fay, sort, expected):
    for severity in ("low", "critical", "high"):
        builders.ticket(cast.ben, cast.acme, subject=f"Sorted-{severity.title()}", severity=severity)
    assert re.findall(r"Sorted-(\w+)", text(fay.get(f"/queue/?sort={sort}"))) == expected


@pytest.mark.parametrize("sort", ["due", "-severity", "last_reply", "-updated"])
def test_pages_of_the_queue_have_no_gap(cast, fay, sort):
    for number in range(PAGE_SIZE + 5):
        builders.ticket(
            cast.ben, cast.acme, subject=f"Number {number:03}", severity=["low", "high"][number % 2]
        )
    first = text(fay.get(f"/queue/?sort={sort}"))
    older = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', first)[1].replace("&amp;", "&")
    seen = re.findall(r"Number \d{3}", first + text(fay.get(f"/queue/{older}")))
    assert len(seen) == len(set(seen)) == PAGE_SIZE + 5


def poll_url(page: str) -> str:
    return "/queue/" + re.search(r'hx-get="(\?[^"]*seen=[^"]*)"', page)[1].replace("&amp;", "&")


def test_no_news_is_204_and_news_is_the_list_with_its_counts(cast, fay, ticket):
    poll = poll_url(text(fay.get("/queue/?severity=high")))
    assert fay.get(poll, headers=NEWS).status_code == 204
    assign(actor=actor(cast.gus), ticket=ticket, assignee=cast.gus)
    news = fay.get(poll, headers=NEWS)
    assert text(news).strip().startswith('<section id="queue-list"')
    assert "Gus Lindgren" in text(news)
    assert 'hx-target="#queue-tabs"' in text(news)
    assert fay.get(poll_url(text(news)), headers=NEWS).status_code == 204


def test_passing_minute_is_no_news_but_a_response_due_soon_is(fay, ticket):
    now = timezone.now()
    change(ticket, response_due_at=now + timedelta(hours=5), response_warn_at=now + timedelta(hours=2))
    with time_machine.travel(now, tick=False) as clock:
        poll = poll_url(text(fay.get("/queue/")))
        clock.shift(timedelta(hours=1))
        assert fay.get(poll, headers=NEWS).status_code == 204
        clock.shift(timedelta(hours=1))
        assert "due-soon" in text(fay.get(poll, headers=NEWS))


# Session with person and roles; views, preferences; rows, their organizations, people and tiers; all counts.
def test_poll_without_news_costs_eight_queries(fay, ticket):
    poll = poll_url(text(fay.get("/queue/")))
    with assertNumQueries(8):
        assert fay.get(poll, headers=NEWS).status_code == 204


def test_poll_of_an_agent_who_lost_the_role_is_refused(cast, fay, ticket):
    poll = poll_url(text(fay.get("/queue/")))
    User.objects.filter(pk=cast.fay.pk).update(staff_role="")
    assert fay.get(poll, headers=NEWS).status_code == 403


def test_kept_counts_are_those_of_each_agent(cast, client_of, fay, ticket):
    assign(actor=actor(cast.gus), ticket=ticket, assignee=cast.gus)
    for client, mine in ((fay, "0"), (client_of(cast.gus), "1")):
        for _ in range(2):
            page = text(client.get("/queue/"))
            assert re.search(r'>Mine<span class="count">(\d+)</span>', page)[1] == mine


def test_view_is_saved_from_the_address_and_counted(cast, client_of, fay, ticket):
    page = text(fay.get("/queue/?severity=high&status=&nonsense=1&snoozed=&sort=created"))
    address = "/queue/views/?q=severity%3Ahigh&amp;sort=created"
    assert f'href="{address}"' in page
    assert 'value="severity:high"' in text(fay.get(address.replace("&amp;", "&")))
    form = {"name": "High ones", "query": "severity:high", "sort": "created", "is_shared": "on"}
    response = fay.post("/queue/views/", form)
    view = SavedView.objects.get()
    assert response.url == f"/queue/{view.pk}/"
    assert (view.query, view.sort, view.owner, view.is_shared) == ("severity:high", "created", cast.fay, True)
    assert 'High ones<span class="count">1</span>' in text(client_of(cast.gus).get(f"/queue/{view.pk}/"))


def test_personal_view_is_nobody_elses(cast, client_of):
    view = save_view(actor=actor(cast.fay), name="Only mine", query="")
    gus = client_of(cast.gus)
    assert "Only mine" not in text(gus.get("/queue/"))
    assert gus.get(f"/queue/views/{view.pk}/").status_code == 404
    assert gus.get(f"/queue/{view.pk}/").url == "/queue/"


def test_shared_view_is_changed_by_its_owner_and_duty_leads(cast, client_of, fay):
    view = save_view(actor=actor(cast.gus), name="Shared", query="", is_shared=True)
    assert fay.post(f"/queue/views/{view.pk}/", {"name": "x"}).status_code == 403
    view = save_view(actor=actor(cast.fay), name="By Fay", query="", is_shared=True)
    client_of(cast.gus).post(f"/queue/views/{view.pk}/", {"name": "By all", "is_shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.owner) == ("By all", cast.fay)


def test_name_of_a_view_is_taken_once(cast, fay):
    save_view(actor=actor(cast.fay), name="Same", query="")
    response = fay.post("/queue/views/", {"name": "Same", "query": "severity:low"})
    assert response.status_code == 422
    assert "There is already a view “Same”." in text(response)


def test_view_is_deleted(cast, fay):
    view = save_view(actor=actor(cast.fay), name="Old", query="")
    fay.post(f"/queue/views/{view.pk}/removal/")
    assert not SavedView.objects.exists()


def test_columns_of_the_view_go_before_those_of_the_agent(cast, fay, ticket):
    fay.post("/queue/preferences/", {"columns": ["product"], "density": "comfortable"})
    page = text(fay.get("/queue/"))
    assert re.findall(r'<th scope="col" class="col-(\w+)"', page) == ["select", "due", "subject", "product"]
    assert "density-comfortable" in page
    view = save_view(actor=actor(cast.fay), name="Wide", query="", columns=["status", "created"])
    page = text(fay.get(view.get_absolute_url()))
    heads = re.findall(r'<th scope="col" class="col-(\w+)"', page)
    assert heads == ["select", "due", "subject", "status", "created"]
    assert QueuePreferences.objects.get().user == cast.fay


def test_view_with_a_filter_that_is_not_understood_is_refused(fay):
    response = fay.post("/queue/views/", {"name": "Odd", "query": "status:odd"})
    assert response.status_code == 422
    assert "“odd” is not a status." in text(response)
    assert not SavedView.objects.exists()


def test_form_shows_the_filter_of_the_view_and_of_the_address(fay):
    def values(path):
        form = fay.get(path).context["form"]
        return {name: value for name, value in form.initial.items() if value}

    base = {"status": "unfinished", "snoozed": "-snoozed"}
    assert values("/queue/mine/") == base | {"assignee": "me"}
    assert values("/queue/?q=status:solved+lag+severity:low,high") == {
        "status": "solved",
        "q": "lag severity:low,high",
    }
    assert values('/queue/?q=org:"Acme Inc"&since=2026-10-01') == {
        "status": "unfinished",
        "organization": "Acme Inc",
        "since": "2026-10-01",
    }


def test_search_from_the_form_finds_snoozed_tickets_too(fay, ticket):
    index_tickets([ticket.pk])
    change(ticket, snoozed_until=timezone.now() + timedelta(hours=1))
    unchanged = "status=unfinished&snoozed=-snoozed"
    assert ticket.get_absolute_url() in text(fay.get(f"/queue/?q=orders&{unchanged}"))
    assert ticket.get_absolute_url() not in text(fay.get(f"/queue/?q=&{unchanged}"))


def test_search_is_sorted_by_rank_and_no_column_claims_otherwise(fay, ticket):
    index_tickets([ticket.pk])
    page = text(fay.get("/queue/?q=orders"))
    assert "aria-sort" not in page
    assert '<option value="" selected>Best match</option>' in page
    page = text(fay.get("/queue/?q=orders&sort=due"))
    assert '<th scope="col" class="col-due" aria-sort="ascending">' in page


def test_view_sorts_and_says_so(fay, ticket):
    page = text(fay.get("/queue/all/"))
    assert '<th scope="col" class="col-due"><a href="?sort=due">' in page
    assert '<option value="" selected>Recently updated first</option>' in page
