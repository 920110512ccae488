"""A property set from a page that is no longer current never overwrites what changed meanwhile."""

import html
import re

import pytest

from tests import builders
from tests.cast import actor, make_cast
from tests.races import at_once
from tickets.actions.assignment import assign
from tickets.actions.changes import change_severity, change_status, reclassify
from tickets.actions.tags import set_tags
from tickets.actions.unchanged import change_unless_stale
from tickets.models.catalog import Product, Reason
from tickets.models.teams import Team
from tickets.models.ticket import Ticket


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def seen_on(client, ticket, name: str) -> str:
    """Return what the page's form for a property posts as seen."""
    page = client.get(ticket.get_absolute_url()).content.decode()
    form = re.search(rf'action="{ticket.get_absolute_url()}{name}/".*?</form>', page, re.DOTALL)
    assert form
    found = re.search(r'name="seen" value="([^"]*)"', form[0])
    assert found
    return html.unescape(found[1])


def state(ticket) -> tuple:
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    return row, sorted(ticket.tags.values_list("name", flat=True)), ticket.activities.count()


def other_product(ticket) -> Product:
    return Product.objects.exclude(pk=ticket.product_id).first()


CHANGES = {
    "status": lambda gus, ticket: change_status(actor=gus, ticket=ticket, status="on_hold"),
    "severity": lambda gus, ticket: change_severity(actor=gus, ticket=ticket, severity="low", reason="x"),
    "assignment": lambda gus, ticket: assign(actor=gus, ticket=ticket, assignee=gus.person),
    "tags": lambda gus, ticket: set_tags(actor=gus, ticket=ticket, tags=["theirs"]),
    "classification": lambda gus, ticket: reclassify(
        actor=gus, ticket=ticket, product=other_product(ticket), reason=Reason.objects.first()
    ),
}


def posted(cast, ticket, name: str) -> dict:
    return {
        "status": {"status": "solved"},
        "severity": {"severity": "critical", "reason": "It got worse"},
        "assignment": {"assignee": cast.fay.pk},
        "tags": {"tags": "mine"},
        "classification": {"product": ticket.product_id, "reason": Reason.objects.last().pk},
    }[name]


@pytest.mark.parametrize("name", CHANGES)
def test_agent_is_told_and_nothing_is_overwritten(cast, client_of, ticket, name):
    fay, url = client_of(cast.fay), f"{ticket.get_absolute_url()}{name}/"
    data = posted(cast, ticket, name) | {"seen": seen_on(fay, ticket, name)}
    CHANGES[name](actor(cast.gus), ticket)
    before = state(ticket)
    page = fay.post(url, data, follow=True).content.decode()
    assert state(ticket) == before
    assert "since you opened this page" in page
    fay.post(url, data | {"seen": seen_on(fay, ticket, name)})
    assert state(ticket) != before


@pytest.mark.parametrize("name", CHANGES)
def test_change_of_another_property_is_no_conflict(cast, client_of, ticket, name):
    fay = client_of(cast.fay)
    data = posted(cast, ticket, name) | {"seen": seen_on(fay, ticket, name)}
    for other, change in CHANGES.items():
        if other != name:
            change(actor(cast.gus), ticket)
    before = state(ticket)
    fay.post(f"{ticket.get_absolute_url()}{name}/", data)
    assert state(ticket) != before


def test_team_counts_as_part_of_the_assignment(cast, client_of, ticket):
    fay = client_of(cast.fay)
    seen = seen_on(fay, ticket, "assignment")
    Ticket.objects.update(team=Team.objects.create(name="Streaming"))
    fay.post(f"{ticket.get_absolute_url()}assignment/", {"assignee": cast.fay.pk, "seen": seen})
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_customer_is_told_too(cast, client_of, ticket):
    ben = client_of(cast.ben)
    seen = seen_on(ben, ticket, "severity")
    CHANGES["severity"](actor(cast.gus), ticket)
    data = {"severity": "critical", "seen": seen}
    page = ben.post(f"{ticket.get_absolute_url()}severity/", data, follow=True).content.decode()
    ticket.refresh_from_db()
    assert ticket.severity == "low"
    assert "since you opened this page" in page


def test_form_with_an_error_keeps_what_its_page_showed(cast, client_of, ticket):
    fay, url = client_of(cast.fay), f"{ticket.get_absolute_url()}severity/"
    page = fay.post(url, {"severity": "low", "seen": "critical"}).content.decode()
    assert 'name="seen" value="critical"' in page


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_at_once_one_is_told():
    cast = make_cast()
    ticket = builders.ticket(cast.ben, cast.acme)

    def set_as(person, status):
        def make():
            return change_status(actor=actor(person), ticket=ticket, status=status)

        return lambda: change_unless_stale(ticket=ticket, name="status", seen="new", make=make)

    results = at_once(set_as(cast.fay, "solved"), set_as(cast.gus, "on_hold"))
    assert [each for each in results if isinstance(each, str)] == ["stale"]
