"""What is offered as you type: operators with their values, and the command palette."""

import pytest

from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_internal_note
from tickets.actions.indexing import index_tickets
from tickets.models.ticket import Ticket
from tickets.search.completion import suggestions
from tickets.views.palette import Entry, fitting

HERE = "HX-Current-URL"


@pytest.fixture
def ticket(cast):
    made = builders.ticket(cast.ben, cast.acme)
    index_tickets([made.pk])
    return made


@pytest.mark.parametrize(
    ("typed", "label", "text"),
    [
        ("st", "status:", "status:"),
        ("lag -st", "status:", "lag -status:"),
        ("status:wa", "status:waiting", "status:waiting "),
        ("status:new,wa", "status:new,waiting", "status:new,waiting "),
        ("lag severity:", "severity:critical", "lag severity:critical "),
        ("org:ac", "org:acme", "org:acme "),
        ('org:"ac', "org:acme", "org:acme "),
        ("assignee:m", "assignee:me", "assignee:me "),
        ("assignee:gus", "assignee:gus@support.example", "assignee:gus@support.example "),
        ("product:Apache", "product:kafka", "product:kafka "),
        ("is:o", "is:overdue", "is:overdue "),
        ("created:t", "created:today", "created:today "),
    ],
)
def test_what_can_be_typed_next(cast, typed, label, text):
    first = suggestions(typed)[0]
    assert (first.label, first.text) == (label, text)


@pytest.mark.parametrize("typed", ["lag", "lag:", '"in words st', "status:open", "x-y:st", 'a"st', "color:r"])
def test_nothing_is_offered_where_nothing_fits(cast, typed):
    assert suggestions(typed) == []


def test_with_nothing_typed_all_operators_are_offered(cast):
    assert {each.label for each in suggestions("lag ")} >= {"org:", "status:", "is:", "created:"}


def test_suggestions_are_options_of_a_list(cast, client_of):
    page = client_of(cast.fay).get("/search/suggestions/?q=sev").content.decode()
    assert 'role="option"' in page
    assert 'data-value="severity:"' in page


def entry(label: str, kind: str = "Page", also: str = "") -> Entry:
    return Entry(kind, label, "x", "/", also=also)


def test_beginnings_of_labels_stand_first():
    entries = [entry("Tier changes"), entry("Set status"), entry("Status page", also="tier")]
    assert fitting(entries, "sta") == [entries[2], entries[1]]
    assert fitting(entries, "tier") == [entries[0], entries[2]]
    assert fitting(entries, "set sta") == [entries[1]]
    assert fitting(entries, "sta nothing") == []


def labels(client, typed: str = "", here: str = "/queue/") -> list[str]:
    url = f"http://testserver{here}"
    response = client.get("/palette/", {"q": typed}, headers={"HX-Request": "true", HERE: url})
    return [each.label for each in response.context["entries"]]


def test_agents_go_to_views_pages_and_tickets(cast, client_of, ticket):
    fay = client_of(cast.fay)
    assert labels(fay)[:2] == ["All open", "Mine"]
    assert "Escalated" in labels(fay, "esc")
    assert labels(fay, str(ticket.pk)) == [str(ticket)]
    assert labels(fay, ticket.reference.lower()) == [str(ticket)]
    assert labels(fay, "consumr") == [str(ticket)]
    assert labels(fay, "dark") == ["Dark theme"]
    assert labels(fay, "members") == []
    fay.get(ticket.get_absolute_url())
    assert labels(fay)[0] == str(ticket)


def test_agents_act_on_the_ticket_behind_the_palette(cast, client_of, ticket):
    fay = client_of(cast.fay)
    here = ticket.get_absolute_url()
    assert {"Reply", "Internal note", "Assign to me", "Set status"} <= set(labels(fay, "", here))
    assert labels(fay, "solve", here) == ["Set status"]
    assert "Reply" not in labels(fay, "answer", "/queue/")
    page = fay.get("/palette/?q=assign+me", headers={"HX-Request": "true", HERE: f"http://testserver{here}"})
    assert f'action="{here}assignment/"' in page.content.decode()
    fay.post(f"{here}assignment/", {"assignee": cast.fay.pk})
    assert "Assign to me" not in labels(fay, "", here)


def test_customers_have_their_own_pages_and_tickets(cast, client_of, ticket):
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="canary")
    index_tickets([ticket.pk])
    ada, ben, eve = client_of(cast.ada), client_of(cast.ben), client_of(cast.eve)
    assert labels(ada, "memb") == ["Members"]
    assert labels(ben, "memb") == labels(ben, "queue") == []
    assert labels(ben, "consumer") == labels(ada, "consumer") == [str(ticket)]
    assert labels(ben, "canary") == []
    assert labels(eve, "consumer") == labels(eve, str(ticket.pk)) == []
    here = ticket.get_absolute_url()
    assert {"Write a comment", "Mark as solved", "Escalate"} <= set(labels(ben, "", here))
    assert "Write a comment" not in labels(eve, "", here)


def test_without_javascript_the_palette_is_a_page_of_links(cast, client_of, ticket):
    page = client_of(cast.fay).get("/palette/?q=consumer").content.decode()
    assert f'<a href="{ticket.get_absolute_url()}" dir="auto">' in page
    assert "No results" in client_of(cast.fay).get("/palette/?q=zzz").content.decode()


@pytest.mark.parametrize("path", ["", "?", "/palette/", "/nonsense/", "/tickets/SUP-1/", "//x"])
def test_any_page_may_be_behind_it(cast, client_of, path):
    headers = {"HX-Request": "true", HERE: f"http://testserver{path}"}
    assert client_of(cast.fay).get("/palette/", headers=headers).status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_the_palette_costs_the_same_for_many_tickets(cast, client_of, django_assert_num_queries, count):
    for _ in range(count):
        builders.ticket(cast.ben, cast.acme)
    index_tickets(Ticket.objects.values_list("pk", flat=True))
    client = client_of(cast.fay)
    # Session, person, memberships; saved views, preferences; the tickets of the words.
    with django_assert_num_queries(8):
        labels(client, "lag")
